import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Outcome } from "../../src/worker/command.ts";
import { planFor, verdictOf } from "../../src/worker/verdict.ts";
import { aTask } from "../support/task.ts";
import { job } from "./rig.ts";

const test = suite("what follows on the end of an attempt");

const OUTCOME: Outcome = {
  ...{ kind: "exited", ok: false, terminated: false, exitCode: 1, signal: null },
  ...{ startedAt: 0, endedAt: 1, tail: "", tailCut: false },
} as Outcome;
const OK = { ...OUTCOME, ok: true, exitCode: 0 };
const ENDED = {
  ...OUTCOME,
  kind: "killed",
  terminated: true,
  exitCode: null,
  signal: "SIGTERM",
} as Outcome;

const retry = { attempts: 3, delay: 1000, backoff: "fixed", maxDelay: 1000, jitter: 0 } as const;
const THRICE = aTask({ retry });
const FIRST = { message: 1, before: 0 };
const verdict = (
  outcome: Outcome,
  ending: Parameters<typeof verdictOf>[1] = undefined,
  task = THRICE,
  at = FIRST,
) => verdictOf(outcome, ending, task, at, 0.5);

test("success is done, and so is a failure of which there is one attempt", () => {
  assert.equal(verdict(OK), { end: "done" });
  assert.equal(verdict(OUTCOME, undefined, aTask()), { end: "done" });
});

test("a failure is followed by another attempt while there are some, and then by the dead letters", () => {
  const after = (message: number, before = 0) =>
    verdict(OUTCOME, undefined, THRICE, { message, before });
  const again = { end: "retry", retryIn: 1000 };
  assert.equal(
    [1, 2, 3].map((message) => after(message)),
    [again, again, { end: "dead" }],
  );
  // Taken from the dead letters, it has all its attempts once more.
  assert.equal(
    [4, 5, 6].map((message) => after(message, 3)),
    [again, again, { end: "dead" }],
  );
});

test("what was taken from the dead letters goes back there, also when there is one attempt", () => {
  assert.equal(verdict(OUTCOME, undefined, aTask(), { message: 2, before: 1 }), { end: "dead" });
});

test("a failure that is not worth another attempt is for the dead letters at once", () => {
  const picky = aTask({ retry: { ...retry, on: [75, "timeout"] } });
  assert.equal(verdict(OUTCOME, undefined, picky), { end: "dead" });
  assert.is(verdict({ ...OUTCOME, exitCode: 75 }, undefined, picky).end, "retry");
});

test("what a stopping worker has ended is given back, but not what had ended by itself", () => {
  assert.is(verdict(ENDED, { why: "drain" }).end, "given-back");
  assert.is(verdict(OUTCOME, { why: "drain" }).end, "retry");
  assert.is(verdict(OK, { why: "drain" }).end, "done");
});

test("what was cancelled or replaced is not done again, and says by whom", () => {
  assert.equal(verdict(ENDED, { why: "cancelled", by: "me@home" }), {
    ...{ end: "cancelled", reason: "cancelled by me@home" },
  });
  assert.equal(verdict(ENDED, { why: "replaced", by: "a@x" }), {
    ...{ end: "replaced", reason: "a@x takes its place" },
  });
});

test("a fire is run when the worker's own file has a command for it", () => {
  const fire = { job: "a" } as Parameters<typeof planFor>[0];
  const known = job("a", "true");
  assert.is(planFor(fire, known).kind, "run");
  assert.is(planFor(fire, undefined).kind, "bury");
});

test.run();
