import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Ground } from "../support/ground.ts";
import { executable } from "../support/process.ts";
import { until } from "../support/until.ts";
import { createRig, event, events, type Rig, SOON } from "./rig.ts";

export function stopping(ground: Ground): void {
  const test = suite<{ rig: Rig }>(`${ground.name}: stopping`);

  test.before.each((context) => {
    context.rig = createRig(ground.url);
  });
  test.after.each(({ rig }) => rig.close());

  test("a worker that gets SIGTERM takes no more and lets its command end", async ({ rig }) => {
    rig.write(`  long: {every: 1d, run: echo begun; sleep 2; echo done}
  other: {every: 1d, run: "true"}
`);
    const worker = rig.worker();
    await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
    await rig.fire("long");
    await worker.waitFor(event("run.output", { line: "begun" }), SOON, "the command");
    worker.signal("SIGTERM");
    await worker.waitFor(event("process.stopping"), SOON, "the drain");
    await rig.fire("other");
    assert.equal(await worker.exited, { code: 0, signal: null });
    assert.is(events(worker, "run.output").at(-1)?.line, "done");
    assert.equal(
      events(worker, "run.finished").map(({ job, ok }) => [job, ok]),
      [["long", true]],
    );
    const left = await rig.takeFires();
    assert.equal(
      left.map(({ body }) => JSON.parse(String(body)).job),
      ["other"],
    );
  });

  test("after --drain the command is terminated and its message given back", async ({ rig }) => {
    rig.write(`  long: {every: 1d, run: [sleep, "600"], kill_after: 1s}\n`);
    const worker = rig.worker(["--drain", "500ms"]);
    await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
    await rig.fire("long");
    const started = await worker.waitFor(event("run.started"), SOON, "the command");
    worker.signal("SIGTERM");
    assert.equal(await worker.exited, { code: 0, signal: null });
    assert.is(events(worker, "run.given_back").length, 1);
    assert.throws(() => process.kill(Number(started.entry.runPid), 0), /ESRCH/);
    const [again] = await rig.takeFires();
    assert.is(again?.messageId, started.entry.fire);
  });

  test("a second signal hurries a worker that is waiting for its command", async ({ rig }) => {
    rig.write(`  long: {every: 1d, run: [sleep, "600"]}\n`);
    const worker = rig.worker();
    await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
    await rig.fire("long");
    await worker.waitFor(event("run.started"), SOON, "the command");
    worker.signal("SIGTERM");
    await worker.waitFor(event("process.stopping"), SOON, "the drain");
    // Two signals within a moment are one request, sent twice by a wrapper such as npm.
    const again = setInterval(() => worker.signal("SIGINT"), 50);
    assert.equal(await worker.exited, { code: 0, signal: null });
    clearInterval(again);
    assert.is(events(worker, "run.given_back").length, 1);
  });

  test("a clock that gets SIGTERM leaves no fire without its confirm", async ({ rig }) => {
    rig.write(
      Array.from({ length: 100 }, (_, n) => `  job-${n}: {every: 1s, run: "true"}\n`).join(""),
    );
    const clock = rig.clock();
    await clock.waitFor(event("fire.confirmed", { job: "job-99" }), SOON, "the first second");
    assert.equal(await clock.stop(), { code: 0, signal: null });
    assert.is(events(clock, "fire.abandoned").length, 0);
    const confirmed = events(clock, "fire.confirmed").map(({ fire }) => fire);
    const fires = await rig.takeFires();
    assert.equal(fires.map(({ messageId }) => messageId).sort(), confirmed.sort());
  });

  test("a full disk takes the log, not the jobs", async ({ rig }) => {
    rig.write(`  job: {every: 1s, run: "true"}\n`);
    const full = openSync("/dev/full", "w");
    const [command, ...first] = executable();
    const args = [...first, "--config", rig.file, "--broker", rig.url];
    const child = spawn(command, args, { stdio: ["ignore", full, "ignore"] });
    closeSync(full);
    const exited = once(child, "exit");
    let taken = 0;
    const fires = async () => {
      taken += (await rig.takeFires().catch(() => [])).length;
      return taken > 1;
    };
    await until(fires, SOON, "two fires").finally(() => child.kill("SIGTERM"));
    assert.equal(await exited, [0, null]);
  });

  test.run();
}
