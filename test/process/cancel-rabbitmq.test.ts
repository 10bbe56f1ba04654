import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { cancel } from "./cancel.ts";

cancel(rabbitmq(sharedBroker()));
