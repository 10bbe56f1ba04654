import { sqlite } from "../support/ground.ts";
import { overlapping } from "./overlapping.ts";

overlapping(sqlite());
