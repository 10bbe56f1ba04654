import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { retrying } from "./retrying.ts";

retrying(rabbitmq(sharedBroker()));
