import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { trigger } from "./trigger.ts";

trigger(rabbitmq(sharedBroker()));
