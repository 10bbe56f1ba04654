import { sqlite } from "../support/ground.ts";
import { catchUp } from "./catch-up.ts";

catchUp(sqlite());
