import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { pause } from "./pause.ts";

pause(rabbitmq(sharedBroker()));
