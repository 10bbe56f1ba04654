import { sqlite } from "../support/ground.ts";
import { claiming } from "./claiming.ts";

claiming(sqlite());
