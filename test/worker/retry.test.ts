import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RetryPolicy, RunTask } from "../../src/config/config.ts";
import { restOf, retryAfter } from "../../src/worker/retry.ts";
import { configOf } from "../support/config.ts";

function policyOf(retry: string): RetryPolicy {
  const { task } = configOf(
    `version: 1\njobs: {a: {every: 365d, run: x, retry: ${retry}}}`,
  ).jobs.get("a")!;
  return (task as RunTask).retry;
}

const exited = (exitCode: number) => ({
  kind: "exited" as const,
  ok: exitCode === 0,
  terminated: false,
  exitCode,
});
const ended = (kind: "killed" | "timed-out" | "not-started", exitCode: number | null = null) => ({
  kind,
  ok: false,
  terminated: false,
  exitCode,
});

/** The delays of a run whose attempts all fail, without luck. */
function delaysOf(policy: RetryPolicy, before = 0): number[] {
  const delays: number[] = [];
  for (let attempt = before + 1; ; attempt++) {
    const delay = retryAfter(policy, exited(1), attempt, before, 0.5);
    if (delay === undefined) return delays;
    delays.push(delay);
  }
}

const test = suite("retries");

test("a job that says nothing is not retried", () => {
  assert.equal(delaysOf(policyOf("{attempts: 1}")), []);
});

test("the delay doubles from attempt to attempt, up to the longest", () => {
  const seconds = delaysOf(policyOf("{attempts: 10}")).map((ms) => ms / 1000);
  assert.equal(seconds, [10, 20, 40, 80, 160, 320, 600, 600, 600]);
});

test("a fixed delay stays the same", () => {
  assert.equal(delaysOf(policyOf("{attempts: 4, delay: 1h15m, backoff: fixed}")), [
    ...[4_500_000, 4_500_000, 4_500_000],
  ]);
});

test("no delay is a delay", () => {
  assert.equal(delaysOf(policyOf("{attempts: 3, delay: 0s}")), [0, 0]);
});

test("a fire from the dead letters has all its attempts again, from the first delay on", () => {
  const policy = policyOf("{attempts: 4}");
  assert.equal(delaysOf(policy, 4), delaysOf(policy, 0));
  assert.is(delaysOf(policy, 4).length, 3);
});

test("what is ok is not retried, and what this worker's own stop has ended neither", () => {
  const policy = policyOf("{attempts: 4}");
  assert.is(retryAfter(policy, exited(0), 1, 0, 0.5), undefined);
  assert.is(retryAfter(policy, { ...ended("killed"), terminated: true }, 1, 0, 0.5), undefined);
});

test("every failure is retried, also of a command that could not be started", () => {
  const policy = policyOf("{attempts: 2}");
  for (const outcome of [exited(1), ended("killed"), ended("timed-out"), ended("not-started")]) {
    assert.is(retryAfter(policy, outcome, 1, 0, 0.5), 10_000, outcome.kind);
  }
});

test("with `on` only the ends that it names are", () => {
  const outcomes = [exited(1), exited(75), ended("killed"), ended("not-started")];
  // A command that was told to end may still say how it did.
  const all = [...outcomes, ended("timed-out", 75), ended("timed-out")];
  const retried = (on: string) =>
    all.map((outcome) =>
      Number(retryAfter(policyOf(`{attempts: 2, on: ${on}}`), outcome, 1, 0, 0.5) !== undefined),
    );
  assert.equal(retried("[75]"), [0, 1, 0, 0, 0, 0]);
  assert.equal(retried("[timeout]"), [0, 0, 0, 0, 1, 1]);
  assert.equal(retried("[signal, 1]"), [1, 0, 1, 0, 0, 0]);
  assert.equal(retried("[not-started]"), [0, 0, 0, 1, 0, 0]);
});

const DAY = 86_400_000;

const policies: fc.Arbitrary<RetryPolicy> = fc
  .record({
    attempts: fc.integer({ min: 1, max: 100 }),
    delay: fc.oneof(fc.nat(DAY), fc.nat(1000)),
    backoff: fc.constantFrom("fixed" as const, "exponential" as const),
    above: fc.oneof(fc.nat(DAY), fc.nat(1000)),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ above, ...policy }) => ({ ...policy, maxDelay: Math.min(policy.delay + above, DAY) }));
const luck = fc.double({ min: 0, max: 1, noNaN: true });

test("any delay is a whole number of two significant digits, and never above the longest", () => {
  fc.assert(
    fc.property(policies, fc.nat(120), fc.nat(1000), luck, (policy, ends, before, random) => {
      const ms = retryAfter(policy, exited(1), before + ends + 1, before, random);
      assert.is(ms === undefined, ends + 1 >= policy.attempts);
      if (ms === undefined) return;
      assert.ok(Number.isInteger(ms) && ms >= 0 && ms <= policy.maxDelay, `${ms}`);
      assert.match(String(ms), /^\d{1,2}0*$/);
    }),
    { numRuns: 5000 },
  );
});

test("any delay is within its jitter of the one that is written, but for the rounding", () => {
  fc.assert(
    fc.property(policies, fc.nat(98), luck, (policy, ends, random) => {
      const ms = retryAfter({ ...policy, attempts: 100 }, exited(1), ends + 1, 0, random)!;
      const factor = policy.backoff === "fixed" ? 1 : 2 ** ends;
      const plain = Math.min(policy.delay * factor, policy.maxDelay);
      // Two significant digits are right to one part in ten where they are cut off, not rounded.
      assert.ok(ms >= plain * (1 - policy.jitter) * 0.9 - 1, `${ms} of ${plain}`);
      assert.ok(ms <= plain * (1 + policy.jitter) * 1.05 + 1, `${ms} of ${plain}`);
    }),
    { numRuns: 5000 },
  );
});

test("all the luck there is makes few different delays", () => {
  const policy = policyOf("{attempts: 100, jitter: 0.2}");
  const delays = new Set<number>();
  for (let attempt = 1; attempt < 100; attempt++) {
    for (let luck = 0; luck <= 1000; luck++) {
      delays.add(retryAfter(policy, exited(1), attempt, 0, luck / 1000)!);
    }
  }
  assert.ok(delays.size < 150, `${delays.size} delays`);
});

test("what is left of a delay is rounded up, so that few different ones are asked for", () => {
  const asked = [0, 1, 99, 100, 101, 8123, 599_999].map(restOf);
  assert.equal(asked, [0, 1, 99, 100, 110, 8200, 600_000]);
});

test.run();
