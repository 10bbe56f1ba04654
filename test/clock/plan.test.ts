import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createPlan, type Due, type Plan } from "../../src/clock/plan.ts";
import { configOf } from "../support/config.ts";

const test = suite("the plan");
const T = Date.parse("2026-12-01T08:00:00Z");

const text = (jobs: Record<string, string>) =>
  `version: 1\njobs:\n${Object.entries(jobs)
    .map(([name, fields]) => `  ${name}: {${fields}, run: "true"}`)
    .join("\n")}\n`;
const file = (jobs: Record<string, string>) => configOf(text(jobs), T);
const shown = (dues: readonly Due[]) =>
  dues.map(({ job, slot }) => `${job.name}+${(slot - T) / 1000}`);

/** Everything that is due up to `now`, as a clock takes it. */
function take(plan: Plan, now: number): string[] {
  const taken: string[] = [];
  for (let due = plan.takeDue(now); due.length > 0; due = plan.takeDue(now)) {
    taken.push(...shown(due));
    plan.advance(due);
  }
  return taken;
}

test("a job that was never seen before starts now and fires nothing from the past", () => {
  const plan = createPlan(file({ a: "every: 10s" }), T);
  assert.equal(take(plan, T), []);
  assert.equal(take(plan, T + 10_000), ["a+10"]);
});

test("slots come in their order, jobs of one instant in the order of the file", () => {
  const plan = createPlan(file({ b: "every: 3s", a: "every: 2s" }), T - 1);
  assert.equal(take(plan, T + 6000), ["b+0", "a+0", "a+2", "b+3", "a+4", "b+6", "a+6"]);
});

test("a wall clock that goes back fires nothing again", () => {
  const plan = createPlan(file({ a: "every: 1s" }), T);
  assert.equal(take(plan, T + 2000), ["a+1", "a+2"]);
  assert.equal(take(plan, T - 3_600_000), []);
  assert.equal(take(plan, T + 3000), ["a+3"]);
});

test("what could not be fired comes back, and nothing else does", () => {
  const plan = createPlan(file({ a: "every: 1s", b: "every: 1s" }), T);
  const due = plan.takeDue(T + 1000);
  plan.advance(due.slice(0, 1));
  plan.putBack(due.slice(1));
  assert.equal(take(plan, T + 2000), ["b+1", "a+2", "b+2"]);
});

test("after an outage the latest slot is fired and the others are recorded as missed", () => {
  const plan = createPlan(file({ a: "every: 10s", b: "every: 1h" }), T);
  const { fires, missed } = plan.catchUp(T + 65_000);
  assert.equal(shown(fires), ["a+60"]);
  const [first, last] = [T + 10_000, T + 50_000];
  const reason = "only the latest is caught up";
  assert.equal(missed, [{ job: "a", count: 5, first, last, reason }]);
  plan.advance(fires);
  assert.equal(take(plan, T + 70_000), ["a+70"]);
});

test("what could not be fired after an outage comes back once, whatever else is due", () => {
  const plan = createPlan(file({ a: "every: 10s", b: "every: 20s", c: "every: 30s" }), T);
  const { fires } = plan.catchUp(T + 65_000);
  assert.equal(shown(fires), ["a+60", "b+60", "c+60"]);
  plan.advance(fires.slice(0, 1));
  plan.putBack(fires.slice(1));
  const again = plan.catchUp(T + 95_000);
  assert.equal(shown(again.fires), ["b+80", "a+90", "c+90"]);
  assert.equal(
    again.missed.map(({ job, count }) => `${job} ${count}`),
    ["b 1", "c 1", "a 2"],
  );
  plan.advance(again.fires);
  assert.equal(take(plan, T + 100_000), ["a+100", "b+100"]);
});

test("a slot that was not taken cannot be put back: it would fire twice", () => {
  const plan = createPlan(file({ a: "every: 10s" }), T);
  const due = plan.takeDue(T + 10_000);
  plan.advance(due);
  assert.throws(() => plan.putBack(due), /was not taken/);
});

test("after more than a day away an old slot is missed, not fired", () => {
  const plan = createPlan(file({ a: 'at: "2026-12-01T09:00:00Z"' }), T);
  const { fires, missed } = plan.catchUp(T + 26 * 3_600_000);
  assert.equal(fires, []);
  assert.is(missed[0]?.count, 1);
  assert.is(missed[0]?.reason, "older than 24 h");
});

test("an edit of something else leaves a job's next slot alone", () => {
  const plan = createPlan(file({ a: "every: 1h", b: "every: 1h" }), T);
  plan.reload(file({ a: "every: 1h", c: "every: 1m" }), T + 1_800_000);
  assert.equal(take(plan, T + 1_800_000), []);
  assert.equal(take(plan, T + 3_600_000).at(-2), "a+3600");
});

test("no job fires because it was edited, and an edited one goes on from now", () => {
  const plan = createPlan(file({ a: 'cron: "0 9 * * *"' }), T);
  assert.equal(take(plan, T + 4 * 3_600_000), ["a+3600"]);
  plan.reload(file({ a: 'cron: "0 10 * * *"' }), T + 4 * 3_600_000);
  assert.equal(take(plan, T + 4 * 3_600_000), []);
  assert.equal(take(plan, T + 27 * 3_600_000), [`a+${26 * 3600}`]);
});

test("two ways to write the same slots can be swapped at every second without a loss", () => {
  const ways = ["every: 1s", 'cron: "* * * * * *"'];
  const plan = createPlan(file({ a: ways[0]! }), T);
  const taken: string[] = [];
  for (let n = 1; n <= 100; n++) {
    const now = T + n * 700;
    taken.push(...take(plan, now));
    plan.reload(file({ a: ways[n % 2]! }), now);
  }
  assert.equal(
    taken,
    Array.from({ length: 70 }, (_, n) => `a+${n + 1}`),
  );
});

test("an edit during an outage goes on from what was settled before it", () => {
  const plan = createPlan(file({ a: "every: 10s" }), T);
  assert.equal(take(plan, T + 10_000), ["a+10"]);
  plan.reload(file({ a: "every: 15s" }), T + 60_000);
  const { fires, missed } = plan.catchUp(T + 61_000);
  assert.equal(shown(fires), ["a+60"]);
  assert.is(missed[0]?.count, 3);
  assert.is(missed[0]?.first, T + 15_000);
});

test("a job removed or paused during an outage leaves a record of its slots", () => {
  const plan = createPlan(file({ a: "every: 10s", b: "every: 20s" }), T);
  const left = plan.reload(file({ b: "every: 20s, paused: true" }), T + 45_000);
  assert.equal(
    left.map(({ job, count, reason }) => [job, count, reason]),
    [
      ["a", 4, "the job was removed"],
      ["b", 2, "the job was paused"],
    ],
  );
});

test("a paused job fires nothing, and begins with the present when it goes on", () => {
  const plan = createPlan(file({ a: "every: 10s, paused: true" }), T);
  assert.equal(take(plan, T + 100_000), []);
  plan.reload(file({ a: "every: 10s" }), T + 100_000);
  assert.equal(take(plan, T + 115_000), ["a+110"]);
});

test("a job that is removed and comes back is a new one", () => {
  const plan = createPlan(file({ a: "every: 10s" }), T);
  plan.reload(file({ b: "every: 1h" }), T + 1000);
  plan.reload(file({ a: "every: 10s" }), T + 95_000);
  assert.equal(take(plan, T + 100_000), ["a+100"]);
});

test.run();
