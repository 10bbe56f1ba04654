import { shortSuite } from "./short.ts";
import { sqliteGround } from "./sqlite-ground.ts";

shortSuite("clocks in trouble with a file", sqliteGround, "npm run faults -- --broker sqlite", [
  ["all clocks are killed, and killed again, within 13 ms of a slot", 822, ["slot", "kill"]],
  [
    "another program locks the file, and the leader is frozen for so long that another leads",
    31988,
    ["freeze", "lock"],
  ],
]);
