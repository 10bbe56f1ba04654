import { sqlite } from "../support/ground.ts";
import { draining } from "./draining.ts";
import { losing } from "./losing.ts";
import { records } from "./records.ts";
import { running } from "./running.ts";

const ground = sqlite();

running(ground);
losing(ground);
draining(ground);
records(ground);
