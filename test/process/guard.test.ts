import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  allProcesses,
  catchesHangup,
  childrenOf,
  guardOf,
  membersOf,
  type Relative,
} from "../support/family.ts";
import { sqlite } from "../support/ground.ts";
import { type Clockd, executable } from "../support/process.ts";
import { until } from "../support/until.ts";
import { isAlive } from "../worker/started.ts";
import { createRig, event, events, type Rig, SOON } from "./rig.ts";

const test = suite<{ rig: Rig }>("the guard of a worker");

test.before.each((context) => {
  context.rig = createRig(sqlite().url);
});
test.after.each(({ rig }) => rig.close());

/** A shell, its child and its grandchild, none of which a TERM ends. */
const FAMILY = `trap "" TERM; sh -c 'sh -c "echo ready; exec sleep 600" & wait' & wait`;

/** A worker that runs the command, which has said `ready`, and the command's process group. */
async function working(rig: Rig, args: string[] = [], start = rig.worker) {
  const worker = start(args);
  await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
  return { worker, group: await running(rig, worker) };
}

async function running(rig: Rig, worker: Clockd): Promise<number> {
  const seen = worker.lines.length;
  await rig.fire("long");
  await worker.waitFor(event("run.output", { line: "ready" }), SOON, "the command", seen);
  const { entry } = await worker.waitFor(event("run.started"), SOON, "its start", seen);
  return Number(entry.runPid);
}

const guarding = (worker: Clockd) => until(() => guardOf(worker.pid), SOON, "a guard");
const end = (group: number, withinMs: number) =>
  until(() => membersOf(group).length === 0, withinMs, "the end of the command's processes");
const gone = ({ pid }: Relative) => until(() => !isAlive(pid), 2000, "the guard's end");

test("a worker that is killed takes its command with it, children and theirs", async ({ rig }) => {
  rig.write(`  long: {every: 1d, run: '${FAMILY.replaceAll("'", "''")}'}\n`);
  const { worker, group } = await working(rig);
  const guard = await guarding(worker);
  assert.is(membersOf(group).length, 3);
  worker.signal("SIGKILL");
  await end(group, 2000);
  await gone(guard);
});

test("so does one that is killed before its guard has come up", async ({ rig }) => {
  rig.write(`  long: {every: 1d, run: 'exec sleep 600'}\n`);
  const worker = rig.worker();
  await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
  await rig.fire("long");
  const { entry } = await worker.waitFor(event("run.started"), SOON, "its start");
  worker.signal("SIGKILL");
  await end(Number(entry.runPid), 5000);
});

test("so do those that are being started when it is killed", async ({ rig }) => {
  const nap = `6000.${process.pid}`;
  const names = Array.from({ length: 60 }, (_, n) => `job-${n}`);
  rig.write(
    names
      .map((name) => `  ${name}: {every: 1d, overlap: allow, run: [sleep, "${nap}"]}\n`)
      .join(""),
  );
  const napping = () =>
    allProcesses().filter(({ command, state }) => command === `sleep ${nap}` && state !== "Z");
  for (let round = 0; round < 8; round++) {
    const worker = rig.worker(["--concurrency", "60"]);
    await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
    // What the worker before held comes again only after a while.
    const slot = `2026-12-01T08:00:0${round}Z`;
    for (const job of names) await rig.put(JSON.stringify({ version: 1, job, slot }));
    await until(() => napping().length > 5 * round, SOON, "commands");
    const guard = await guarding(worker);
    worker.signal("SIGKILL");
    await gone(guard);
    // A busy machine may need a moment for what was killed.
    await until(() => napping().length === 0, 3000, `the end of all in round ${round}`);
  }
});

test("a worker that stands still has its command killed, and works on afterwards", async ({
  rig,
}) => {
  rig.write(`  long: {every: 1d, run: '${FAMILY.replaceAll("'", "''")}'}
  short: {every: 1d, run: "true"}
`);
  const { worker, group } = await working(rig);
  const guard = await guarding(worker);
  worker.signal("SIGSTOP");
  await end(group, 10_000);
  worker.signal("SIGCONT");
  await worker.waitFor(event("worker.stood_still"), SOON, "a word about it");
  await worker.waitFor(event("run.finished", { signal: "SIGKILL" }), SOON, "the end of the run");
  await rig.fire("short");
  await worker.waitFor(event("run.finished", { job: "short", ok: true }), SOON, "another run");
  assert.ok(isAlive(guard.pid));
});

test("a worker that is still for less than that, and again, finds its command alive", async ({
  rig,
}) => {
  rig.write(`  long: {every: 1d, run: 'echo ready; exec sleep 600'}
  short: {every: 1d, run: "true"}
`);
  const { worker, group } = await working(rig, ["--drain", "0s"]);
  await guarding(worker);
  for (const slot of ["08:00", "09:00"]) {
    worker.signal("SIGSTOP");
    const stopped = performance.now();
    await until(() => performance.now() - stopped > 5000, SOON, "five seconds");
    worker.signal("SIGCONT");
    await rig.put(JSON.stringify({ version: 1, job: "short", slot: `2026-12-01T${slot}:00Z` }));
    const fire = `short@2026-12-01T${slot}:00Z`;
    await worker.waitFor(event("run.finished", { fire, ok: true }), SOON, "another run");
  }
  assert.is(membersOf(group).length, 1);
  assert.is(events(worker, "worker.stood_still").length, 0);
});

test("one that stood still with its worker, as in a suspended machine, kills nothing", async ({
  rig,
}) => {
  rig.write(`  long: {every: 1d, run: 'echo ready; exec sleep 600'}
  short: {every: 1d, run: "true"}
`);
  const { worker, group } = await working(rig, ["--drain", "0s"]);
  const { pid } = await guarding(worker);
  const stopped = performance.now();
  worker.signal("SIGSTOP");
  process.kill(pid, "SIGSTOP");
  await until(() => performance.now() - stopped > 10_000, SOON, "ten seconds");
  process.kill(pid, "SIGCONT");
  worker.signal("SIGCONT");
  await worker.waitFor(event("worker.stood_still"), SOON, "a word about it");
  await rig.fire("short");
  await worker.waitFor(event("run.finished", { job: "short", ok: true }), SOON, "another run");
  assert.is(membersOf(group).length, 1);
});

test("there is none before the first command, and none after the worker's end", async ({ rig }) => {
  rig.write(`  long: {every: 1d, run: echo ready}\n`);
  const worker = rig.worker();
  await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
  assert.is(guardOf(worker.pid), undefined);
  await running(rig, worker);
  const guard = await guarding(worker);
  assert.equal(await worker.stop(), { code: 0, signal: null });
  assert.not.ok(isAlive(guard.pid), "it is there when the worker has ended");
});

test("one that is killed is followed by another, which knows what runs", async ({ rig }) => {
  rig.write(`  long: {every: 1d, run: '${FAMILY.replaceAll("'", "''")}'}\n`);
  const { worker, group } = await working(rig);
  const first = await guarding(worker);
  process.kill(first.pid, "SIGKILL");
  await worker.waitFor(event("worker.unguarded", { reason: "SIGKILL" }), SOON, "a word about it");
  const second = await guarding(worker);
  assert.is.not(second.pid, first.pid);
  const dead = childrenOf(worker.pid).filter(({ state }) => state === "Z");
  assert.equal(dead, [], "a zombie");
  worker.signal("SIGKILL");
  await end(group, 5000);
  await gone(second);
});

test("one that cannot be started is told once a pause, and commands run all the same", async ({
  rig,
}) => {
  rig.write(`  long: {every: 1d, run: 'echo ready; exec sleep 600', kill_after: 1s}\n`);
  const { worker } = await working(rig, ["--drain", "0s"]);
  for (let n = 0; n < 3; n++) {
    const { pid } = await guarding(worker);
    process.kill(pid, "SIGKILL");
    await until(() => events(worker, "worker.unguarded").length === n + 1, SOON, "its end");
  }
  const pauses = events(worker, "worker.unguarded").map(({ retryIn }) => retryIn);
  assert.equal(pauses, [0, 1000, 2000]);
  assert.equal(await worker.stop(), { code: 0, signal: null });
  assert.is(events(worker, "run.given_back").length, 1);
});

test("a Ctrl-C and other signals to end leave it until the command has had its drain", async ({
  rig,
}) => {
  rig.write(
    `  long: {every: 1d, run: 'echo ready; while ! [ -e go ]; do sleep 0.05; done; echo done'}\n`,
  );
  const start = (args?: string[]) => rig.worker(args, { detached: true });
  const { worker, group } = await working(rig, ["--drain", "10s"], start);
  const guard = await guarding(worker);
  // Before that it would die of a signal, and be followed by another.
  await until(() => catchesHangup(guard.pid), SOON, "the guard to be ready");
  // What a terminal does: everybody in the foreground gets it.
  process.kill(-worker.pid, "SIGINT");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.kill(guard.pid, signal);
  await worker.waitFor(event("process.stopping"), SOON, "the drain");
  assert.ok(isAlive(guard.pid));
  assert.is.not(membersOf(group).length, 0);
  assert.is.not(guard.group, worker.pid, "it is in the worker's group");
  rig.touch("go");
  assert.equal(await worker.exited, { code: 0, signal: null });
  assert.is(events(worker, "run.output").at(-1)?.line, "done");
  assert.not.ok(isAlive(guard.pid));
});

test("what a command leaves in the background lives on when the worker is killed", async ({
  rig,
}) => {
  rig.write(`  long: {every: 1d, run: 'sleep 600 >/dev/null 2>&1 & echo ready'}\n`);
  const { worker, group } = await working(rig);
  const guard = await guarding(worker);
  await worker.waitFor(event("run.finished", { ok: true }), SOON, "its end");
  worker.signal("SIGKILL");
  await gone(guard);
  const [left] = membersOf(group);
  assert.ok(left, "it was killed");
  process.kill(left.pid, "SIGKILL");
});

test("what is left of a command between TERM and KILL is killed with the worker", async ({
  rig,
}) => {
  const child = `trap "" TERM; echo ready; while :; do sleep 0.1; done`;
  rig.write(
    `  long: {every: 1d, run: 'sh -c ''${child}'' & wait', timeout: 1s, kill_after: 10m}\n`,
  );
  const { worker, group } = await working(rig);
  await worker.waitFor(event("run.terminating", { signal: "SIGTERM" }), SOON, "the timeout");
  await until(() => !isAlive(group), SOON, "the end of the first process");
  assert.is.not(membersOf(group).length, 0);
  worker.signal("SIGKILL");
  await end(group, 2000);
});

test("one that somebody starts by hand, with nothing to read, ends at once", () => {
  const [command, ...first] = executable();
  const input = openSync("/dev/null", "r");
  const stdio = [input, "ignore", "ignore"] as const;
  const { status } = spawnSync(command, [...first, "guard"], {
    stdio: [...stdio],
    timeout: SOON,
    killSignal: "SIGKILL",
  });
  closeSync(input);
  assert.is(status, 0);
});

test("a hundred runs leave one guard and no zombie", async ({ rig }) => {
  const jobs = Array.from({ length: 50 }, (_, n) => `  job-${n}: {every: 1s, run: "true"}\n`);
  rig.write(jobs.join(""));
  const up = rig.up(["--concurrency", "20"]);
  await until(() => events(up, "run.finished").length >= 100, SOON, "a hundred runs");
  const children = () => childrenOf(up.pid);
  await until(() => children().every(({ state }) => state !== "Z"), SOON, "no zombies");
  assert.is(children().filter(({ command }) => / guard$/.test(command)).length, 1);
});

test.run();
