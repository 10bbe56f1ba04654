import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { status } from "./status.ts";

status(rabbitmq(sharedBroker()));
