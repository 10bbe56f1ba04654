import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { dead } from "./dead.ts";

dead(rabbitmq(sharedBroker()));
