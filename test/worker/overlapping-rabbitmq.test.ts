import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { overlapping } from "./overlapping.ts";

overlapping(rabbitmq(sharedBroker()));
