import { sqlite } from "../support/ground.ts";
import { notices } from "./notices.ts";

notices(sqlite());
