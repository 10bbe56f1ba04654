import { suite } from "uvu";
import * as assert from "uvu/assert";
import { faultName } from "./kinds.ts";
import { kindsNamed, RABBITMQ_MENU, SQLITE_MENU } from "./menu.ts";
import { planRound } from "./plan.ts";
import { seedOfRound } from "./random.ts";

const test = suite("the plan of a round of faults");

const plans = Array.from({ length: 1000 }, (_, n) => planRound(seedOfRound(7, n + 1)));

test("is the same for the same seed, so that a round can be repeated", () => {
  for (const plan of plans) assert.equal(planRound(plan.seed), plan);
  assert.is(seedOfRound(7, 1), 7);
  assert.ok(new Set(plans.map(({ seed }) => seed)).size > 990);
});

test("stays what it was, since seeds of rounds are written down", () => {
  assert.equal(planRound(686, ["step", "edit", "kill"]), {
    seed: 686,
    clocks: 2,
    heartbeat: 1,
    faults: [
      { at: 1026, kind: "step", whom: "leader", by: -4000 },
      { at: 1669, kind: "edit" },
      { at: 3103, kind: "kill", whom: "leader", restart: 2007 },
    ],
    stop: "leader-last",
  });
});

for (const menu of [RABBITMQ_MENU, SQLITE_MENU]) {
  test(`has every kind of fault, alone and with others, with ${menu.kinds.join(", ")}`, () => {
    const plans = Array.from({ length: 1000 }, (_, n) => planRound(n, undefined, menu));
    for (const kind of menu.kinds.filter((kind) => kind !== "slot")) {
      const having = plans.filter(({ faults }) => faults.some((fault) => fault.kind === kind));
      assert.ok(having.length > 20, `${kind}: ${having.length}`);
      assert.ok(
        having.some(({ faults }) => faults.length === 1),
        `${kind} alone`,
      );
      assert.ok(
        having.some(({ faults }) => faults.length > 1),
        `${kind} with others`,
      );
    }
    for (const { faults } of plans) assert.ok(faults.length >= 1);
  });
}

test("asks nothing of the embedded broker that a file cannot suffer", () => {
  for (let seed = 1; seed <= 1000; seed++) {
    for (const { kind } of planRound(seed, undefined, SQLITE_MENU).faults) {
      assert.ok(SQLITE_MENU.kinds.includes(kind), kind);
    }
  }
  assert.equal(kindsNamed(["kill", "disk-full"], SQLITE_MENU), ["kill", "disk-full"]);
  assert.match(String(kindsNamed(["kill", "reset"], SQLITE_MENU)), /--kinds are some of kill/);
  assert.match(String(kindsNamed(["lock"], RABBITMQ_MENU)), /--kinds are some of kill/);
});

test("aims several faults at the beginning of one second when asked for slot", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { faults } = planRound(seed, ["slot"]);
    assert.ok(faults.length >= 2);
    for (const { at } of faults) assert.ok(Math.abs(at - Math.round(at / 1000) * 1000) <= 25);
  }
});

test("has only the kinds that are asked for", () => {
  for (let seed = 1; seed <= 100; seed++) {
    for (const { kind } of planRound(seed, ["kill", "slot"]).faults) assert.is(kind, "kill");
  }
});

test("says each fault in a few words", () => {
  assert.is(faultName({ kind: "step", whom: "leader", by: -4000 }), "step leader -4.0s");
  assert.is(faultName({ kind: "hole", whom: "all", lasts: 5210 }), "hole all 5.2s");
});

test.run();
