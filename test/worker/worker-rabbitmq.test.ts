import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { draining } from "./draining.ts";
import { losing } from "./losing.ts";
import { records } from "./records.ts";
import { running } from "./running.ts";

const ground = rabbitmq(sharedBroker());

running(ground);
losing(ground);
draining(ground);
records(ground);
