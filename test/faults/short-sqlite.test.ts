import { shortSuite } from "./short.ts";
import { sqliteGround } from "./sqlite-ground.ts";

shortSuite("clocks in trouble with a file", sqliteGround, "npm run faults -- --broker sqlite", [
  ["all clocks are killed, and killed again, within 13 ms of a slot", 822, ["slot", "kill"]],
  ["the leader is frozen for so long that another leads, and then goes on", 4870, ["freeze"]],
  [
    "another program locks the file, and all clocks are killed while it does",
    2693,
    ["slot", "lock", "kill"],
  ],
]);
