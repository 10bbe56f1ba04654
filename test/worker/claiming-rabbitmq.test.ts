import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { claiming } from "./claiming.ts";

claiming(rabbitmq(sharedBroker()));
