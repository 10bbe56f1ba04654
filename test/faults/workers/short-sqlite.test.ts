import { sqliteGround } from "../sqlite-ground.ts";
import { shortWorkerSuite } from "./short.ts";

const again = "npm run worker-faults -- --broker sqlite";

shortWorkerSuite("workers in trouble with a file", sqliteGround, again, [
  [
    "a command is killed and a worker, and another program locks the file",
    50,
    ["worker-kill", "lock", "command-kill"],
  ],
]);
