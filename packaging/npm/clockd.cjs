#!/usr/bin/env node
// Old words only, so that an old Node says what it lacks instead of stumbling over the bundle.
"use strict";
var needed = 26;
if (parseInt(process.versions.node, 10) < needed) {
  var advice = "Install it and clockd with it, or take the executable, which needs no Node.";
  var found = "clockd: this is Node " + process.versions.node + ", and clockd needs " + needed;
  process.stderr.write(found + " or newer. " + advice + "\n");
  process.exitCode = 1;
} else {
  require("./bundle.cjs");
}
