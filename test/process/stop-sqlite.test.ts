import { sqlite } from "../support/ground.ts";
import { stopping } from "./stop.ts";

stopping(sqlite());
