import { suite } from "uvu";
import { sqlite } from "../support/ground.ts";
import { createRig, event, SOON } from "./rig.ts";

const test = suite("a file that begins without jobs");

test("runs its first job without a restart", async () => {
  const rig = createRig(sqlite().url);
  try {
    rig.write("  {}\n");
    const up = rig.up();
    await up.waitFor(event("worker.taking"), SOON, "the worker");
    await up.waitFor(event("clock.leading"), SOON, "the clock");
    rig.write(`  first: {every: 1s, run: "true"}\n`);
    await up.waitFor(event("run.finished", { job: "first", ok: true }), SOON, "a run");
  } finally {
    await rig.close();
  }
});

test.run();
