import { sqlite } from "../support/ground.ts";
import { reload } from "./reload.ts";

reload(sqlite());
