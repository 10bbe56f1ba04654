import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RABBITMQ_KINDS, SQLITE_KINDS } from "./kinds.ts";
import { planWorkerRound } from "./plan.ts";

const test = suite("the plan of a round with workers");
const PLANS = Array.from({ length: 300 }, (_, seed) => planWorkerRound(seed, RABBITMQ_KINDS));

test("is the same for the same seed and kinds, and another for others", () => {
  assert.equal(planWorkerRound(7, SQLITE_KINDS), planWorkerRound(7, SQLITE_KINDS));
  assert.not.equal(planWorkerRound(7, SQLITE_KINDS), planWorkerRound(8, SQLITE_KINDS));
});

test("has jobs of each overlap, with and without retries, and every kind of fault now and then", () => {
  for (const { jobs } of PLANS) {
    const names = jobs.map(({ overlap, retry }) => `${overlap}${retry ? "+" : ""}`);
    const all = ["allow", "skip", "queue", "replace"].flatMap((name) => [name, `${name}+`]);
    assert.equal(names, all);
  }
  const kinds = new Set(PLANS.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  assert.equal([...kinds].sort(), [...RABBITMQ_KINDS].sort());
});

test("leaves a guard that was killed the time to come back before the next fault", () => {
  for (const { faults } of PLANS) {
    for (const [n, { kind, at }] of faults.entries()) {
      const next = faults[n + 1];
      if (kind === "guard-kill" && next) assert.ok(next.at - at >= 3000, JSON.stringify(faults));
    }
  }
});

test("kills a broker only once", () => {
  for (const { faults } of PLANS) {
    assert.ok(faults.filter(({ kind }) => kind === "broker-kill").length <= 1);
  }
});

test.run();
