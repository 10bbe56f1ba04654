import { suite } from "uvu";
import * as assert from "uvu/assert";
import { started } from "./started.ts";

const test = suite("what a command has used");

/** Counts up: some hundred ms of processor time. */
const BUSY = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
/** The system counts in hundredths, of user and of system time. ms */
const TICKS_MS = 30;

/** What the shell's `times` says in `0m0.25s 0m0.01s`, for itself and for its children. ms */
function timesOf(lines: readonly string[]): number[] {
  return lines.flatMap((line) => {
    const parts = [...line.matchAll(/(\d+)m([\d.]+)s/g)];
    const ms = parts.map(([, minutes, seconds]) => Number(minutes) * 60_000 + 1000 * +seconds!);
    return parts.length === 2 ? [ms[0]! + ms[1]!] : [];
  });
}

function assertNear(seen: number | undefined, expected: number): void {
  const isNear = seen !== undefined && Math.abs(seen - expected) <= TICKS_MS;
  assert.ok(isNear, `${seen} ms instead of ${expected} ms`);
}

test("is all of its processor time, also when it is short", async () => {
  const run = started(`${BUSY}; times`);
  const { cpuTime } = await run.ended;
  const [own = 0] = timesOf(run.stdout());
  assert.ok(own > TICKS_MS, `the shell needed only ${own} ms`);
  assertNear(cpuTime, own);
});

test("is that of the processes too which it has waited for", async () => {
  const run = started(`/bin/sh -c '${BUSY}'; times`);
  const { cpuTime } = await run.ended;
  const [own = 0, children = 0] = timesOf(run.stdout());
  assert.ok(children > TICKS_MS, `the child needed only ${children} ms`);
  assertNear(cpuTime, own + children);
});

test("is never another's, however many run at once", async () => {
  const runs = Array.from({ length: 8 }, (_, n) => started(n % 2 ? `${BUSY}; times` : "times"));
  const outcomes = await Promise.all(runs.map(({ ended }) => ended));
  for (const [n, { cpuTime = 0 }] of outcomes.entries()) {
    const [own = 0] = timesOf(runs[n]!.stdout());
    assert.ok(cpuTime <= own + TICKS_MS, `${n}: ${cpuTime} ms instead of ${own} ms`);
  }
});

test("is seen while it runs when it is killed, with what nobody waited for", async () => {
  const run = started(`/bin/sh -c 'while :; do :; done' & wait`, { timeout: 1200 });
  const { kind, cpuTime = 0 } = await run.ended;
  assert.is(kind, "timed-out");
  assert.ok(cpuTime > 100, `${cpuTime} ms`);
});

test("is the most memory of its largest process that was seen", async () => {
  const script = `
    const held = Buffer.alloc(100e6, 1);
    setTimeout(() => console.log(process.resourceUsage().maxRSS, held.length), 500);`;
  const direct = started([process.execPath, "-e", script]);
  const below = started('"$NODE" -e "$SCRIPT"; true', {
    env: { NODE: process.execPath, SCRIPT: script },
  });
  for (const run of [direct, below]) {
    const { maxMemory = 0 } = await run.ended;
    const itself = 1024 * Number(run.stdout()[0]!.split(" ")[0]);
    // It grows a little after it has said so.
    const isRight = maxMemory > 100e6 && maxMemory <= itself + 5e6;
    assert.ok(isRight, `${maxMemory} bytes, and ${itself} by its own account`);
  }
});

test("is not known of what did not start", async () => {
  const outcome = await started(["no-such-program"]).ended;
  assert.not.ok("cpuTime" in outcome || "maxMemory" in outcome || "pid" in outcome);
});

test.run();
