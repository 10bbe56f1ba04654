import { sqlite } from "../support/ground.ts";
import { pause } from "./pause.ts";

pause(sqlite());
