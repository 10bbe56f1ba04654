import { sqlite } from "../support/ground.ts";
import { cancel } from "./cancel.ts";

cancel(sqlite());
