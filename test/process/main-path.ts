import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Ground } from "../support/ground.ts";
import { until } from "../support/until.ts";
import { createRig, event, events, type Rig, SOON, slotsOf } from "./rig.ts";

export function mainPath(ground: Ground): void {
  const test = suite<{ rig: Rig }>(`${ground.name}: clockd and its worker`);

  test.before.each((context) => {
    context.rig = createRig(ground.url);
  });
  test.after.each(({ rig }) => rig.close());

  test("a job that is due is published, received and run, and its output is in the log", async ({
    rig,
  }) => {
    rig.write(`  hello:
    every: 1s
    run: read body; echo "$GREETING $body $CLOCKD_JOB $CLOCKD_FIRE $CLOCKD_ATTEMPT $CLOCKD_QUEUE"
    queue: greetings
    env: {GREETING: hello}
    payload: {to: world}
  list:
    every: 1s
    run: [printf, '%s\\n', "$HOME; \`id\`", two words]
    queue: greetings
`);
    const worker = rig.worker();
    await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
    const clock = rig.clock();
    const fired = await clock.waitFor(event("fire.confirmed", { job: "hello" }), SOON, "a fire");
    const fire = String(fired.entry.fire);
    assert.match(fire, /^hello@\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const output = await worker.waitFor(event("run.output", { fire }), SOON, "its output");
    assert.is(output.entry.line, `hello {"to":"world"} hello ${fire} 1 greetings`);
    assert.is(output.entry.attempt, 1);
    const finished = await worker.waitFor(event("run.finished", { fire }), SOON, "its end");
    assert.is(finished.entry.exitCode, 0);
    assert.is(finished.entry.ok, true);
    // What is in a list reaches the program as it is, whatever a shell would make of it.
    await worker.waitFor(event("run.output", { line: "$HOME; `id`" }), SOON, "the list's output");
    await worker.waitFor(event("run.output", { line: "two words" }), SOON, "the list's output");
  });

  test("messages that no command fits go to the dead letters with a reason", async ({ rig }) => {
    rig.write(`  known: {every: 1h, run: "true"}\n`);
    const worker = rig.worker(["--queue", "default"]);
    await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
    const slot = "2026-12-01T08:00:00Z";
    const bodies = [
      JSON.stringify({ version: 1, job: "unknown", slot }),
      JSON.stringify({ version: 9, job: "known", slot }),
      "rm -rf /",
      JSON.stringify({ version: 1, job: "known", slot, run: "touch /tmp/never" }),
    ];
    for (const body of bodies) await rig.put(body);
    await worker.waitFor(event("run.finished", { job: "known", ok: true }), SOON, "the good one");
    const buried = () => events(worker, "message.buried").length >= 3;
    await worker.waitFor(() => buried(), SOON, "three dead letters");
    const dead = await rig.takeDead();
    assert.equal(dead.map(({ body }) => String(body)).sort(), bodies.slice(0, 3).sort());
    for (const { headers } of dead) assert.type(headers["x-clockd-reason"], "string");
    assert.is((await rig.takeFires()).length, 0);
  });

  test("a command's failure is in the log with its exit code, and the worker goes on", async ({
    rig,
  }) => {
    rig.write(`  bad: {every: 1s, run: exit 3}
  slow: {every: 1s, run: [sleep, "60"], timeout: 1s, kill_after: 1s}
  missing: {every: 1s, run: [no-such-program-at-all]}
`);
    const worker = rig.worker(["--concurrency", "16"]);
    await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
    rig.clock();
    await worker.waitFor(event("run.finished", { job: "bad", exitCode: 3 }), SOON, "exit 3");
    await worker.waitFor(event("run.terminating", { job: "slow" }), SOON, "TERM");
    const slow = await worker.waitFor(event("run.finished", { job: "slow" }), SOON, "the timeout");
    assert.is(slow.entry.outcome, "timed-out");
    const missing = await worker.waitFor(
      event("run.finished", { job: "missing" }),
      SOON,
      "the error",
    );
    assert.is(missing.entry.outcome, "not-started");
    assert.match(missing.text, "no-such-program-at-all");
  });

  test("several workers share the fires of one clock, each fire run once", async ({ rig }) => {
    rig.write(
      Array.from({ length: 20 }, (_, n) => `  job-${n}: {every: 1s, run: "true"}\n`).join(""),
    );
    const workers = [rig.worker(), rig.worker(), rig.worker()];
    for (const worker of workers) await worker.waitFor(event("worker.taking"), SOON, "a worker");
    const clock = rig.clock();
    const enough = () => events(clock, "fire.confirmed").length >= 100;
    await clock.waitFor(() => enough(), SOON, "100 fires");
    assert.is((await clock.stop()).code, 0);
    const fired = events(clock, "fire.confirmed").map(({ fire }) => fire);
    const ran = () =>
      workers.flatMap((worker) => events(worker, "run.finished").map(({ fire }) => fire));
    await until(() => ran().length >= fired.length, SOON, "all runs");
    for (const worker of workers) await worker.stop();
    const left = slotsOf(await rig.takeFires(), "job-0");
    assert.equal(left, []);
    assert.equal(ran().sort(), fired.sort());
  });

  test("a worker that is killed loses nothing: another one runs what it held", async ({ rig }) => {
    rig.write(`  long: {every: 1d, run: "[ -e again ] || exec sleep 60"}\n`);
    const first = rig.worker();
    await first.waitFor(event("worker.taking"), SOON, "a worker");
    await rig.fire("long");
    const started = await first.waitFor(event("run.started"), SOON, "the command");
    const second = rig.worker();
    await second.waitFor(event("worker.taking"), SOON, "another worker");
    writeFileSync(join(rig.folder, "again"), "");
    first.signal("SIGKILL");
    await first.exited;
    const { fire } = started.entry;
    // It waits 20 s for a word of the first one.
    const again = event("run.finished", { fire, ok: true, attempt: 2 });
    await second.waitFor(again, 3 * SOON, "it to run again");
    await second.stop();
    assert.equal(await rig.takeFires(), []);
  });

  test.run();
}
