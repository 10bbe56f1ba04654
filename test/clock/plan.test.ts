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

/** The plan of a clock that leads after nobody has since T. */
function after(seconds: number, config: ReturnType<typeof file>): Plan {
  const now = T + seconds * 1000;
  const past = { after: now, gaps: [{ after: T, until: now }] };
  return createPlan(config, now, {
    ...{ pastOf: () => past, isHeld: () => false },
    ...{ settled: -Infinity, newest: -Infinity },
  });
}

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

/** What is late, in the order in which it is dealt with. */
function late(plan: Plan, most = Infinity): string[] {
  return plan
    .takeLate(most)
    .map((item) =>
      "fire" in item
        ? `${item.job}+${(item.fire - T) / 1000}`
        : `${item.job} missed ${item.missed.count}: ${item.missed.reason}`,
    );
}

test("after a minute with no clock the latest slot is late work and the others are missed", () => {
  const plan = after(65, file({ a: "every: 10s", b: "every: 1h" }));
  assert.is(plan.late, 2);
  assert.equal(late(plan), ["a missed 5: only the latest is caught up", "a+60"]);
  assert.is(plan.late, 0);
  assert.equal(take(plan, T + 70_000), ["a+70"]);
});

test("late work comes from the oldest on, and of a job what is missed comes first", () => {
  const all = "every: 10s, catch_up: {run: all, max: 2}";
  const plan = after(45, file({ a: all, b: "every: 15s, catch_up: {run: all}" }));
  assert.equal(late(plan, 2), ["a missed 2: more than 2", "b+15"]);
  assert.equal(late(plan), ["a+30", "b+30", "a+40", "b+45"]);
});

test("what is late does not hold up what is due", () => {
  const plan = after(45, file({ a: "every: 10s, catch_up: {run: all}" }));
  assert.equal(take(plan, T + 50_000), ["a+50"]);
  assert.is(plan.late, 4);
});

test("a job that is held by people fires nothing, and begins with the present when released", () => {
  const plan = createPlan(file({ a: "every: 10s", b: "every: 10s" }), T);
  assert.equal(plan.hold("a"), []);
  assert.equal(take(plan, T + 35_000), ["b+10", "b+20", "b+30"]);
  plan.release("a", T + 35_000);
  assert.equal(take(plan, T + 40_000), ["a+40", "b+40"]);
});

test("what is late of a job that is held is missed, and said", () => {
  const plan = after(35, file({ a: "every: 10s, catch_up: {run: all}" }));
  const [missed] = plan.hold("a");
  assert.equal([missed?.count, missed?.reason], [3, "the job is paused"]);
  assert.is(plan.late, 0);
});

test("a reload keeps a job held; a job that is removed and comes back is not", () => {
  const plan = createPlan(file({ a: "every: 10s", b: "every: 1h" }), T);
  plan.hold("a");
  plan.reload(file({ a: "every: 5s", b: "every: 1h" }), T + 1000);
  assert.equal(take(plan, T + 20_000), []);
  plan.reload(file({ b: "every: 1h" }), T + 20_000);
  plan.reload(file({ a: "every: 5s", b: "every: 1h" }), T + 20_000);
  assert.equal(take(plan, T + 25_000), ["a+25"]);
});

test("a renamed job keeps its next slot and its late work", () => {
  const plan = after(7300, file({ a: "every: 1h, catch_up: {run: all}" }));
  const renamed = "every: 1h, catch_up: {run: all}, renamed_from: a";
  assert.equal(plan.reload(file({ b: renamed }), T + 7_300_000), []);
  assert.equal(late(plan), ["b+3600", "b+7200"]);
  assert.equal(take(plan, T + 10_800_000), ["b+10800"]);
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

test("late work of a job that is removed or paused is missed, and said", () => {
  const plan = after(45, file({ a: "every: 10s", b: "every: 20s" }));
  const left = plan.reload(file({ b: "every: 20s, paused: true" }), T + 45_000);
  assert.equal(
    left.map(({ job, count, reason }) => [job, count, reason]),
    [
      ["a", 4, "the job was removed"],
      ["b", 2, "the job is paused"],
    ],
  );
  assert.is(plan.late, 0);
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
