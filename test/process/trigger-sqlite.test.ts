import { sqlite } from "../support/ground.ts";
import { trigger } from "./trigger.ts";

trigger(sqlite());
