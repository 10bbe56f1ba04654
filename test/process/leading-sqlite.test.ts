import { sqlite } from "../support/ground.ts";
import { severalClocks } from "./leading.ts";

severalClocks(sqlite());
