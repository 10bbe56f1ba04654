import { suite } from "uvu";
import * as assert from "uvu/assert";
import { PLACEHOLDERS } from "../../src/config/placeholders.ts";
import { factsOf, type Subject } from "../../src/worker/notice-facts.ts";
import { FAILED, FINE, MISSED, RUN } from "./notice-rig.ts";

const FIRST = { ...RUN, fire: { ...RUN.fire, attempt: 1 } };
const failure = (more: object): Subject => ({
  ...FIRST,
  notice: "failure",
  ending: { ...FAILED, ...more },
});

const SUMMARIES: [Subject, string][] = [
  [failure({}), "reports failed with exit code 3 after 12s (slot 2026-12-01T08:00:00Z)"],
  [
    failure({ kind: "killed", exitCode: null, signal: "SIGXCPU", reason: "limits.cpu is 1m" }),
    "reports failed with SIGXCPU after 12s: limits.cpu is 1m (slot 2026-12-01T08:00:00Z)",
  ],
  [
    failure({ kind: "timed-out", signal: "SIGTERM", endedAt: FAILED.startedAt + 61_600 }),
    "reports timed out after 1m2s (slot 2026-12-01T08:00:00Z)",
  ],
  [
    failure({ kind: "not-started", exitCode: null, reason: "cannot find program node: ENOENT" }),
    "reports could not be started: cannot find program node: ENOENT (slot 2026-12-01T08:00:00Z)",
  ],
  [
    failure({ kind: "lost", exitCode: null, endedAt: FAILED.startedAt + 250.4 }),
    "reports failed (lost) after 250ms (slot 2026-12-01T08:00:00Z)",
  ],
  [
    // A machine's clock may be set back.
    { ...RUN, notice: "recovery", ending: { ...FINE, endedAt: FINE.startedAt - 5000 } },
    "reports is ok again after 0s (slot 2026-12-01T08:00:00Z, attempt 4)",
  ],
  [
    { ...FIRST, notice: "long", startedAt: FAILED.startedAt, after: 600_000 },
    "reports is still going after 10m (slot 2026-12-01T08:00:00Z)",
  ],
  [
    { ...MISSED, notice: "missed", count: 1, last: MISSED.first },
    "reports missed its slot 2026-12-01T06:00:00Z: no clock led",
  ],
];

const test = suite("what a notice says");

test("one sentence says what happened to whom", () => {
  for (const [subject, summary] of SUMMARIES) assert.is(factsOf(subject, "w:1").summary, summary);
});

test("every placeholder is there in every notice", () => {
  for (const [subject] of SUMMARIES) {
    assert.equal(Object.keys(factsOf(subject, "w:1")).toSorted(), [...PLACEHOLDERS].toSorted());
  }
});

test.run();
