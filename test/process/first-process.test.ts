import { suite } from "uvu";
import * as assert from "uvu/assert";
import { allProcesses, childrenOf, guardOf } from "../support/family.ts";
import { sqlite } from "../support/ground.ts";
import type { Clockd } from "../support/process.ts";
import { until } from "../support/until.ts";
import { createRig, event, events, type Rig, SOON } from "./rig.ts";

const test = suite<{ rig: Rig }>("clockd as the first process of a container");

test.before.each((context) => {
  if (process.getuid?.() !== 0) throw new Error("process numbers of its own need root");
  context.rig = createRig(sqlite().url);
});
test.after.each(async ({ rig }) => {
  // Their first process does not hear of the end of `unshare`.
  for (const { pid, command } of allProcesses()) {
    if (command.startsWith("unshare ") && command.includes(rig.file)) {
      for (const first of childrenOf(pid)) process.kill(first.pid, "SIGTERM");
    }
  }
  await rig.close();
});

const CONTAINER = ["unshare", "--pid", "--fork", "--mount-proc"];
/** Leaves ten orphans behind that end a moment later. */
const LITTER = "for n in 0 1 2 3 4 5 6 7 8 9; do sleep 0.3 & done >/dev/null 2>&1; echo $PPID";

async function started(rig: Rig, under = CONTAINER): Promise<{ worker: Clockd; first: number }> {
  const worker = rig.worker([], { under });
  await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
  return { worker, first: childrenOf(worker.pid)[0]!.pid };
}

test("waits for what its commands leave behind", async ({ rig }) => {
  rig.write(`  litter: {every: 1d, run: '${LITTER}'}\n`);
  const { worker, first } = await started(rig);
  await rig.fire("litter");
  await worker.waitFor(event("run.finished", { ok: true }), SOON, "the run");
  await until(() => childrenOf(first).length === 11, SOON, "ten orphans beside clockd");
  await until(() => childrenOf(first).length === 1, SOON, "nothing of them, dead or alive");
  const [clockd] = childrenOf(first);
  assert.is(childrenOf(clockd!.pid).length, 1);
  assert.ok(guardOf(clockd!.pid));
  assert.is(events(worker, "process.started").length, 1);
  assert.is(events(worker, "process.not_reaping").length, 0);
});

test("passes signals on, and ends as it ends", async ({ rig }) => {
  rig.write(`  long: {every: 1d, run: 'echo ready; exec sleep 600', kill_after: 1s}\n`);
  const { worker, first } = await started(rig);
  rig.write(`  long: {every: 1d, run: 'echo ready; exec sleep 600', kill_after: 2s}\n`);
  process.kill(first, "SIGHUP");
  await worker.waitFor(event("config.reloaded"), SOON, "the reload");
  await rig.fire("long");
  await worker.waitFor(event("run.output", { line: "ready" }), SOON, "the command");
  process.kill(first, "SIGTERM");
  await worker.waitFor(event("process.stopping", { signal: "SIGTERM" }), SOON, "the drain");
  const again = setInterval(() => process.kill(first, "SIGINT"), 50);
  await worker.waitFor(event("run.terminating"), SOON, "the hurry");
  clearInterval(again);
  assert.equal(await worker.exited, { code: 0, signal: null });
  assert.is(events(worker, "run.given_back").length, 1);
});

test("passes its exit code on, also when it was killed", async ({ rig }) => {
  rig.write("  bad: {every: 1d}\n");
  assert.is((await rig.worker([], { under: CONTAINER }).exited).code, 78);
  rig.write(`  long: {every: 1d, run: "true"}\n`);
  const { worker, first } = await started(rig);
  process.kill(childrenOf(first)[0]!.pid, "SIGKILL");
  assert.is((await worker.exited).code, 128 + 9);
});

test("without a shell says what it cannot do, and works", async ({ rig }) => {
  const noShell = 'mount --bind /dev/null "$(readlink -f /bin/sh)" && exec "$@"';
  rig.write(`  list: {every: 1d, run: [echo, hello]}\n`);
  const { worker, first } = await started(rig, [...CONTAINER, "bash", "-c", noShell, "bash"]);
  const { entry } = await worker.waitFor(event("process.not_reaping"), SOON, "the warning");
  assert.match(String(entry.msg), /zombies \(.*EACCES.*\): .*docker run --init/);
  await rig.fire("list");
  await worker.waitFor(event("run.output", { line: "hello" }), SOON, "a command");
  process.kill(first, "SIGTERM");
  assert.is((await worker.exited).code, 0);
});

test("that only publishes starts no commands, and stays as it is", async ({ rig }) => {
  rig.write(`  job: {every: 1s, run: "true"}\n`);
  const clock = rig.clock([], { under: CONTAINER });
  await clock.waitFor(event("fire.confirmed"), SOON, "a fire");
  const [first] = childrenOf(clock.pid);
  assert.equal(childrenOf(first!.pid), []);
  process.kill(first!.pid, "SIGTERM");
  assert.is((await clock.exited).code, 0);
});

test.run();
