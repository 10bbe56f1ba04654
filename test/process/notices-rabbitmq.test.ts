import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { notices } from "./notices.ts";

notices(rabbitmq(sharedBroker()));
