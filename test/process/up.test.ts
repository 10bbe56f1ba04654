import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Clockd, runClockd } from "../support/process.ts";
import { until } from "../support/until.ts";
import { createRig, event, events, type Rig, SOON } from "./rig.ts";

const test = suite<{ rig: Rig }>("clockd up");

test.before.each((context) => {
  context.rig = createRig("sqlite:clockd.db");
});
test.after.each(({ rig }) => rig.close());

test("a job fires and runs in one process, with no server and nothing to set", async ({ rig }) => {
  rig.write(`  hello: {every: 1s, run: 'echo "hello $CLOCKD_FIRE"'}\n`);
  const up = runClockd(["up"], { cwd: rig.folder });
  try {
    const fired = await up.waitFor(event("fire.confirmed", { name: "clock" }), SOON, "a fire");
    const { fire } = fired.entry;
    const ofWorker = { name: "worker", fire };
    await up.waitFor(event("run.started", ofWorker), SOON, "its start");
    await up.waitFor(event("run.output", { ...ofWorker, line: `hello ${fire}` }), SOON, "output");
    await up.waitFor(event("run.finished", { ...ofWorker, ok: true }), SOON, "its end");
  } finally {
    assert.equal(await up.stop(), { code: 0, signal: null });
  }
  const used = events(up, "broker.connected").map(({ name, place }) => [name, place]);
  const place = "sqlite .clockd/clockd.db";
  assert.equal(used.sort(), [
    ["clock", place],
    ["worker", place],
  ]);
  assert.is(events(up, "process.started")[0]?.mode, "up");
  // The broker's own side files go away with it.
  assert.equal(readdirSync(join(rig.folder, ".clockd")), ["clockd.db"]);
});

test("a person sees which lines are the clock's, and which the worker's", async ({ rig }) => {
  rig.write(`  job: {every: 1s, run: echo words; exit 3}\n`);
  const up = rig.up(["--log-format", "human"]);
  for (const line of [
    /INFO \(clock\): fired job@\S+Z$/,
    /INFO \(worker\): started job@\S+Z$/,
    /INFO \(worker\): job \| words$/,
    /ERROR \(worker\): failed job@\S+Z after \d+ ms: exit code 3$/,
  ]) {
    await up.waitFor(({ text }) => line.test(text), SOON, String(line));
  }
});

test("Ctrl-C ends both: what is fired and has not run is run at the next start", async ({
  rig,
}) => {
  rig.write([1, 2, 3, 4, 5].map((n) => `  job-${n}: {every: 1s, run: [sleep, "0.4"]}\n`).join(""));
  const first = rig.up(["--concurrency", "1"]);
  await first.waitFor(event("run.finished"), SOON, "a run");
  first.signal("SIGINT");
  assert.equal(await first.exited, { code: 0, signal: null });
  const last = (type: string) => first.lines.findLastIndex(event(type));
  assert.is(events(first, "clock.stepped_down")[0]?.resigned, true);
  assert.ok(last("clock.stepped_down") > last("fire.confirmed"));
  assert.ok(last("run.started") < last("process.stopping"));
  assert.is(last("process.stopped"), first.lines.length - 1);
  assert.is(events(first, "process.clean_up_failed").length, 0);

  const fires = events(first, "fire.confirmed").map(({ fire }) => fire);
  assert.ok(fires.length > finished(first).length, "something waits");
  const second = rig.up(["--concurrency", "20"]);
  const ran = () => [...finished(first), ...finished(second)];
  const all = () => fires.every((fire) => ran().includes(fire));
  await until(all, SOON, "all runs");
  await second.stop();
  assert.is(new Set(ran()).size, ran().length, "one ran twice");
});

test("a running command gets its drain, and nothing is fired meanwhile", async ({ rig }) => {
  rig.write(`  long: {every: 1s, run: echo begun; sleep 2; echo done}\n`);
  const up = rig.up(["--concurrency", "1"]);
  await up.waitFor(event("run.output", { line: "begun" }), SOON, "the command");
  up.signal("SIGTERM");
  await up.waitFor(event("process.stopping", { drain: 30_000 }), SOON, "the drain");
  assert.equal(await up.exited, { code: 0, signal: null });
  const index = (type: string, fields = {}) => up.lines.findIndex(event(type, fields));
  const done = index("run.output", { line: "done" });
  assert.ok(done > index("clock.stepped_down"), "the clock went on firing");
  assert.ok(done > up.lines.findLastIndex(event("fire.confirmed")), "something was fired");
  assert.equal(
    events(up, "run.finished").map(({ ok }) => ok),
    [true],
  );
});

test("after --drain the command is terminated, and the next start runs it again", async ({
  rig,
}) => {
  rig.write(`  long: {every: 1s, run: [sleep, "600"], kill_after: 1s}\n`);
  const first = rig.up(["--drain", "300ms", "--concurrency", "1"]);
  const started = await first.waitFor(event("run.started"), SOON, "the command");
  first.signal("SIGTERM");
  assert.equal(await first.exited, { code: 0, signal: null });
  const { fire, runPid } = started.entry;
  assert.throws(() => process.kill(Number(runPid), 0), /ESRCH/);
  assert.is(events(first, "run.given_back")[0]?.fire, fire);
  rig.write(`  long: {every: 1s, run: "true"}\n`);
  const second = rig.up();
  await second.waitFor(event("run.finished", { fire, ok: true }), SOON, "it to run again");
});

test("a second signal hurries", async ({ rig }) => {
  rig.write(`  long: {every: 1s, run: [sleep, "600"]}\n`);
  const up = rig.up(["--concurrency", "1", "--drain", "10m"]);
  await up.waitFor(event("run.started"), SOON, "the command");
  up.signal("SIGINT");
  await up.waitFor(event("clock.stepped_down"), SOON, "the clock's end");
  // Two signals within a moment are one request, sent twice by a wrapper such as npm.
  const again = setInterval(() => up.signal("SIGINT"), 50);
  assert.equal(await up.exited, { code: 0, signal: null });
  clearInterval(again);
  assert.is(events(up, "run.given_back")[0]?.fire, events(up, "run.started")[0]?.fire);
});

test("the end does not wait for a program that keeps the broker's file locked", async ({ rig }) => {
  rig.write(`  long: {every: 1s, run: [sleep, "600"], kill_after: 1s}\n`);
  const up = rig.up(["--drain", "300ms"]);
  await up.waitFor(event("run.started"), SOON, "the command");
  const other = new DatabaseSync(join(rig.folder, "clockd.db"), { timeout: SOON });
  try {
    other.exec("BEGIN IMMEDIATE");
    assert.equal(await up.stop(), { code: 0, signal: null });
  } finally {
    other.close();
  }
  // The drain does not wait for the clock, which waits for an answer.
  const index = (type: string) => up.lines.findIndex(event(type));
  assert.ok(index("run.terminating") < index("clock.stepped_down"));
  const { runPid } = events(up, "run.started")[0] ?? {};
  assert.throws(() => process.kill(Number(runPid), 0), /ESRCH/);
});

test("an edit reaches clock and worker both, once; a bad one harms neither", async ({ rig }) => {
  rig.write(`  steady: {every: 1s, run: echo old}\n`);
  const up = rig.up();
  await up.waitFor(event("run.output", { line: "old" }), SOON, "the old command");
  rig.write(`  steady: {every: 1s, run: echo bad, timezon: UTC}\n  added: {every: 1s}\n`);
  const refused = await up.waitFor(event("config.refused"), SOON, "the refusal");
  const seen = up.lines.length;
  await up.waitFor(event("fire.confirmed"), SOON, "a later fire", seen);
  await up.waitFor(event("run.output", { line: "old" }), SOON, "a later run", seen);
  assert.is(refused.entry.name, "up");
  rig.write(`  steady: {every: 1s, run: echo new}\n  added: {every: 1s, run: echo added}\n`);
  await up.waitFor(event("run.output", { line: "new" }), SOON, "the new command");
  await up.waitFor(event("run.output", { line: "added" }), SOON, "the new job");
  await up.stop();
  assert.is(events(up, "config.refused").length, 1);
  assert.equal(
    events(up, "config.reloaded").map(({ name, added, changed }) => [name, added, changed]),
    [["up", ["added"], ["steady"]]],
  );
  assert.is(events(up, "message.buried").length, 0);
});

test("of two on one file one leads and both work; when it is killed, the other goes on", async ({
  rig,
}) => {
  rig.write(
    [1, 2, 3, 4, 5, 6].map((n) => `  job-${n}: {every: 1s, run: [sleep, "0.2"]}\n`).join(""),
  );
  const first = rig.up(["--concurrency", "1"]);
  await first.waitFor(event("clock.leading"), SOON, "the first to lead");
  const second = rig.up(["--concurrency", "1"]);
  await second.waitFor(event("clock.standing_by"), SOON, "the second to stand by");
  for (const up of [first, second]) {
    const three = () => finished(up).length >= 3;
    await until(three, SOON, "both to work");
  }
  const ran = [...finished(first), ...finished(second)];
  assert.is(new Set(ran).size, ran.length, "one ran twice");
  assert.is(events(second, "clock.leading").length, 0);
  const killedAt = performance.now();
  first.signal("SIGKILL");
  const seen = second.lines.length;
  const fired = await second.waitFor(event("fire.confirmed"), SOON, "a fire", seen);
  const took = performance.now() - killedAt;
  assert.ok(took < 8000, `it took ${Math.round(took)} ms`);
  await second.waitFor(event("run.finished", { fire: fired.entry.fire }), SOON, "its run");
});

test("a broker that is named and away is waited for, not replaced by a file", async ({ rig }) => {
  rig.write(`  job: {every: 1s, run: "true"}\n`);
  const env = { CLOCKD_BROKER_URL: "amqp://127.0.0.1:1" };
  const up = runClockd(["up"], { cwd: rig.folder, env });
  for (const name of ["clock", "worker"]) {
    await up.waitFor(event("broker.unreachable", { name }), SOON, `the ${name}'s failure`);
  }
  assert.equal(await up.stop(), { code: 0, signal: null });
  assert.not.ok(existsSync(join(rig.folder, ".clockd")));
});

test("what the clock or the worker cannot do without is asked for at start", async ({ rig }) => {
  rig.write(`  run: {every: 1s, run: "true", env: {A: "\${UNSET_A}"}}
  publish: {every: 1s, publish: {exchange: e, routing_key: "\${UNSET_B}"}}
`);
  const up = rig.up();
  assert.is((await up.exited).code, 78);
  const problems = events(up, "config.problem").map(({ msg }) => msg);
  assert.match(String(problems[0]), /error CONFIG_UNSET_VARIABLE .*UNSET_A/);
  assert.match(String(problems[1]), /error CONFIG_UNSET_VARIABLE .*UNSET_B/);
});

test("a wrong flag or a URL that cannot be read is exit code 2", async ({ rig }) => {
  rig.write(`  job: {every: 1s, run: "true"}\n`);
  for (const args of [
    ["--drain", "soon"],
    ["--broker", "http://host"],
  ]) {
    assert.is((await rig.up(args).exited).code, 2, args.join(" "));
  }
});

/** The fires whose runs have ended well. */
function finished(clockd: Clockd): unknown[] {
  return clockd.lines.filter(event("run.finished", { ok: true })).map(({ entry }) => entry.fire);
}

test.run();
