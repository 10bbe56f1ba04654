import { startRabbitmq } from "../support/rabbitmq.ts";
import { rabbitmqGround } from "./rabbitmq-ground.ts";
import { shortSuite } from "./short.ts";

const open = async () => rabbitmqGround(await startRabbitmq());

shortSuite("clocks in trouble", open, "npm run faults --", [
  ["the leader is killed", 6, ["kill"]],
  ["the leader is frozen for so long that another leads, and then goes on", 13, ["freeze"]],
  [
    "one clock is killed, one told to end, and connections are cut within 4 ms of a slot",
    279,
    ["slot", "kill", "reset", "term"],
  ],
  ["the broker is killed", 14, ["broker-kill"]],
  [
    "the leader hears nothing from the broker, and then its network swallows everything",
    44,
    ["one-way", "hole"],
  ],
  ["the leader's wall clock is set on by an hour, and the leader is killed", 711, ["step", "kill"]],
]);
