import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { history } from "./history.ts";

history(rabbitmq(sharedBroker()));
