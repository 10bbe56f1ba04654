import { suite } from "uvu";
import * as assert from "uvu/assert";
import { until } from "../support/until.ts";
import { isAlive, type Started, started } from "./started.ts";

const test = suite("ending a command");

/** Says `ready` and its children's pids, so that a test knows that its traps are set. */
async function ready(run: Started): Promise<number[]> {
  const line = await until(
    () => run.stdout().find((l) => l.startsWith("ready")),
    5000,
    "the command to be ready",
  );
  return line.split(" ").slice(1).map(Number);
}

const allGone = (pids: number[]) =>
  until(() => !pids.some(isAlive), 5000, `the end of ${pids.join(", ")}`);

test("a command within its timeout is left alone", async () => {
  const run = started("sleep 0.1", { timeout: 20_000 });
  assert.ok((await run.ended).ok);
  assert.equal(run.signals, []);
});

test("a timeout of more than 24.8 days does not fire at once", async () => {
  const run = started("sleep 0.1", { timeout: 30 * 86_400_000 });
  assert.ok((await run.ended).ok);
});

test("a timeout ends it with TERM", async () => {
  const run = started(["sleep", "60"], { timeout: 100 });
  const { kind, ok, signal, terminated } = await run.ended;
  assert.equal(
    { kind, ok, signal, terminated },
    { kind: "timed-out", ok: false, signal: "SIGTERM", terminated: false },
  );
  assert.equal(run.signals, ["timeout SIGTERM"]);
});

test("a command that tidies up on TERM and exits with 0 has timed out all the same", async () => {
  const run = started("trap 'echo bye; exit 0' TERM; while :; do sleep 0.02; done", {
    timeout: 300,
  });
  const { kind, ok, exitCode, tail } = await run.ended;
  assert.equal([kind, ok, exitCode], ["timed-out", false, 0]);
  assert.match(tail, /bye\n$/);
});

test("a command that ignores TERM is KILLed after kill_after", async () => {
  const run = started("trap '' TERM; echo ready; while :; do sleep 0.02; done", {
    timeout: 300,
    killAfter: 200,
  });
  const { kind, signal, startedAt, endedAt } = await run.ended;
  assert.equal([kind, signal], ["timed-out", "SIGKILL"]);
  assert.equal(run.signals, ["timeout SIGTERM", "timeout SIGKILL"]);
  assert.ok(endedAt - startedAt >= 500);
});

test("its children and theirs die with it", async () => {
  const run = started("sh -c 'sleep 60 & echo ready $$ $!; wait' & wait");
  const pids = await ready(run);
  assert.is(pids.filter(isAlive).length, 2);
  run.terminate("drain");
  const { kind, terminated, ok } = await run.ended;
  assert.equal([kind, terminated, ok], ["killed", true, false]);
  await allGone([...pids, run.pid]);
});

test("a child that ignores TERM is KILLed though its parent has ended, output held or not", async () => {
  for (const redirect of ["", ">/dev/null 2>&1"]) {
    const child = `trap "" TERM; while :; do sleep 0.02; done`;
    const run = started(`sh -c '${child}' ${redirect} & sleep 0.2; echo ready $!; wait`, {
      killAfter: 200,
    });
    const pids = await ready(run);
    run.terminate("drain");
    await run.ended;
    assert.equal(run.signals, ["drain SIGTERM", "drain SIGKILL"]);
    await allGone(pids);
  }
});

test("a child that needs a moment after TERM gets it, and no KILL", async () => {
  const child = `trap "sleep 0.3; echo tidy; exit" TERM; echo ready; while :; do sleep 0.02; done`;
  const run = started(`sh -c '${child}' & wait`, { killAfter: 20_000 });
  await ready(run);
  run.terminate("drain");
  await run.ended;
  assert.equal(run.stdout(), ["ready", "tidy"]);
  assert.equal(run.signals, ["drain SIGTERM"]);
});

test("asking twice sends one TERM", async () => {
  const run = started(["sleep", "60"]);
  run.terminate("drain");
  run.terminate("drain");
  await run.ended;
  assert.equal(run.signals, ["drain SIGTERM"]);
});

test("kill does not wait for kill_after", async () => {
  const run = started("trap '' TERM; echo ready; while :; do sleep 0.02; done", {
    killAfter: 600_000,
  });
  await ready(run);
  run.terminate("drain");
  run.kill("drain");
  const { signal, terminated } = await run.ended;
  assert.equal([signal, terminated], ["SIGKILL", true]);
});

test("asking a command that has ended changes nothing", async () => {
  const run = started("exit 0");
  const outcome = await run.ended;
  run.terminate("drain");
  run.kill("drain");
  assert.ok(outcome.ok);
  assert.equal(run.signals, []);
});

test.run();
