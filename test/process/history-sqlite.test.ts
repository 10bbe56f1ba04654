import { sqlite } from "../support/ground.ts";
import { history } from "./history.ts";

history(sqlite());
