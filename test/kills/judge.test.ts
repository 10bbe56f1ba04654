import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createKillField } from "./field.ts";
import { judgeKill, type KillEvidence } from "./judge.ts";
import { type KillPlan, planKill } from "./plan.ts";

const test = suite("Kills of the embedded broker");

/** Three fires: one is finished, two wait; the last one's confirm was never heard. */
const GOOD: KillEvidence = {
  integrity: ["ok"],
  ledger: ["a", "b", "c"].map((id, position) => ({ position, id })),
  next: 3,
  work: ["b", "c"],
  dead: 0,
  confirmed: new Set(["a", "b"]),
  finished: new Set(["a"]),
  unmarked: [],
};

test("a file in which all is well is found to be so", () => {
  assert.equal(judgeKill(GOOD), []);
  // A kill has undone what the worker had just said.
  assert.equal(judgeKill({ ...GOOD, finished: new Set(["a", "b"]) }), []);
});

for (const [name, doctored, found] of [
  ["a damaged page", { integrity: ["row 3 missing from index"] }, /the file is damaged/],
  ["a lost confirmed fire", { confirmed: new Set(["a", "b", "d"]) }, /1 confirmed, and not in the/],
  ["a fire that is in no queue", { work: ["c"] }, /1 in the ledger, and neither in/],
  ["a fire without a record", { work: ["b", "c", "d"] }, /1 in the work queue, and not in the/],
  ["a gap", { ledger: [0, 1, 3].map((position) => ({ position, id: "abcd"[position]! })) }, /gap/],
  ["a position that will be used again", { next: 2 }, /the next position is 2, after 3/],
  ["a second message", { work: ["b", "c", "c"] }, /1 twice in the work queue: c/],
  [
    "a second record",
    { ledger: ["a", "b", "c", "c"].map((id, position) => ({ position, id })), next: 4 },
    /1 twice in the ledger: c/,
  ],
  ["a delivery again without a mark", { unmarked: ["b"] }, /1 delivered again without a mark/],
  ["a dead letter", { dead: 1 }, /1 dead letters/],
  ["a run of nothing", { finished: new Set(["a", "z"]) }, /1 finished, and not in the ledger/],
] as const) {
  test(`${name} is found`, () => {
    const problems = judgeKill({ ...GOOD, ...doctored });
    assert.is(problems.length >= 1, true);
    assert.match(problems.join("\n"), found);
  });
}

test("a seed always makes the same plan, and all who can be killed are", () => {
  const plans = Array.from({ length: 100 }, (_, seed) => planKill(seed));
  assert.equal(
    plans,
    Array.from({ length: 100 }, (_, seed) => planKill(seed)),
  );
  assert.is(new Set(plans.map(({ victim }) => victim)).size, 4);
});

test("a few real kills leave a whole file", async () => {
  const field = createKillField();
  const common = { from: "work", after: 50, hold: 5 } as const;
  const plans: KillPlan[] = [
    { ...common, victim: "writer", open: 100 },
    { ...common, victim: "all", open: 500 },
    { ...common, victim: "worker", open: 10 },
  ];
  for (const plan of plans) {
    const { problems, confirmed } = await field.play(plan);
    assert.equal(problems, []);
    assert.ok(confirmed > 0, "nothing was fired");
  }
  assert.equal(await field.drain(), []);
  field.remove();
});

test.run();
