import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { stopping } from "./stop.ts";

stopping(rabbitmq(sharedBroker()));
