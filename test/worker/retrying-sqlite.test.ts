import { sqlite } from "../support/ground.ts";
import { retrying } from "./retrying.ts";

retrying(sqlite());
