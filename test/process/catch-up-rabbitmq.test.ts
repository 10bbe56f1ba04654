import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { catchUp } from "./catch-up.ts";

catchUp(rabbitmq(sharedBroker()));
