#!/usr/bin/env node
// Old words only, so that an old Node says what it lacks instead of stumbling over the bundle.
"use strict";
var needed = 26;
var found = process.versions.node;
var message = ["clockd: this is Node ", found, ", and clockd needs ", needed, " or newer. "];
message.push("Install it and clockd with it, or take the executable, which needs no Node.\n");
if (parseInt(found, 10) < needed) {
  process.stderr.write(message.join(""));
  process.exitCode = 1;
} else {
  require("./bundle.cjs");
}
