import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { keeping } from "./keeping.ts";

keeping(rabbitmq(sharedBroker()));
