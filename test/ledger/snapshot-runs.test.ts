import { suite } from "uvu";
import * as assert from "uvu/assert";
import { packRuns, unpackRuns } from "../../src/ledger/snapshot-runs.ts";
import * as r from "./run-records.ts";
import { foldRuns } from "./run-records.ts";

const test = suite("snapshots of what is known of runs");

/** With something everywhere. */
const FULL = foldRuns([
  r.claimed("a1", "n", { overlap: "queue" }),
  r.kept("a1", "n", { payload: { deep: [null] }, history: ["attempt 1: exit code 1"], before: 2 }),
  r.claimed("a2", "o", { overlap: "replace" }),
  r.again("a2", "p"),
  r.claimed("b1", "q"),
  r.ended("b1", "q", { ok: false, end: "retry", retryIn: 9 }),
  r.claimed("c1", "s"),
  r.ended("c1", "s", { end: "dead" }),
  r.skipped("c2"),
  r.cancel("a1"),
]);

type Json = Record<string, unknown>;
const packed = (): Json => JSON.parse(JSON.stringify(packRuns(FULL)));
const ODD: readonly unknown[] = [
  null,
  1.5,
  true,
  {},
  [],
  [null],
  [[]],
  [{}],
  { toString: 1 },
  "x".repeat(2000),
];

test("what was saved is read as it was", () => {
  assert.equal(unpackRuns(packed()), FULL);
});

test("whatever stands in it instead, it is not read", () => {
  for (const odd of [undefined, ...ODD]) assert.is(unpackRuns(odd), undefined);
  for (const part of Object.keys(packed())) {
    for (const odd of [...ODD, "x", { length: 0 }]) {
      if (Array.isArray(odd) && odd.length === 0) continue;
      assert.is(unpackRuns({ ...packed(), [part]: odd }), undefined, part);
    }
    const { [part]: _, ...rest } = packed();
    assert.is(unpackRuns(rest), undefined, part);
  }
});

test("no field of a run may be something else, nor of what it has", () => {
  const { going, ...rest } = packed() as { going: Json[] };
  for (const [at, run] of going.entries()) {
    const check = (odd: Json, what: string) => {
      assert.is(unpackRuns({ ...rest, going: going.with(at, odd) }), undefined, what);
    };
    for (const field of Object.keys(run)) {
      for (const odd of ODD) check({ ...run, [field]: odd }, field);
    }
    for (const part of ["heir", "kept"]) {
      const inner = run[part] as Json | undefined;
      for (const field of Object.keys(inner ?? {})) {
        // Any JSON may be a payload, and a history may be empty.
        const isFlag = typeof inner?.[field] === "boolean";
        const odds = field === "payload" ? [] : field === "history" ? [null, [null], {}] : ODD;
        for (const odd of odds) {
          if (!(isFlag && odd === true))
            check({ ...run, [part]: { ...inner, [field]: odd } }, field);
        }
      }
    }
  }
});

test("a line that names a run twice, an unknown one, one of another job or that does not stand is none", () => {
  const rest = packed();
  for (const line of [["a", ["a1", "a1"]], ["a", ["a9"]], ["b", ["a1"]], ["b", ["b1"]], ["a"]]) {
    assert.is(unpackRuns({ ...rest, lines: [line] }), undefined, JSON.stringify(line));
  }
});

test.run();
