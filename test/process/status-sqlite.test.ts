import { sqlite } from "../support/ground.ts";
import { status } from "./status.ts";

status(sqlite());
