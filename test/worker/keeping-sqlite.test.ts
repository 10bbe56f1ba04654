import { sqlite } from "../support/ground.ts";
import { keeping } from "./keeping.ts";

keeping(sqlite());
