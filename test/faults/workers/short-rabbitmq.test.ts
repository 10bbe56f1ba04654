import { startRabbitmq } from "../../support/rabbitmq.ts";
import { rabbitmqGround } from "../rabbitmq-ground.ts";
import { shortWorkerSuite } from "./short.ts";

const open = async () => rabbitmqGround(await startRabbitmq());

shortWorkerSuite("workers in trouble", open, "npm run worker-faults --", [
  ["a worker is killed, a guard and a command", 171, ["worker-kill", "guard-kill", "command-kill"]],
  ["a worker is told to end, and the broker is killed", 22, ["worker-term", "broker-kill"]],
]);
