import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { reload } from "./reload.ts";

reload(rabbitmq(sharedBroker()));
