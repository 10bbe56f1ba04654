import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { catchUp, type MissedSlots, stepsFor } from "../../src/clock/catchup.ts";
import type { CatchUpPolicy } from "../../src/config/config.ts";
import type { Gap } from "../../src/ledger/state.ts";
import { compileSchedule } from "../../src/schedule/compile.ts";
import type { Schedule, ScheduleSpec } from "../../src/schedule/schedule.ts";
import { always, same, slotsOf } from "../schedule/property.ts";

const test = suite("catch-up");
const T = Date.parse("2026-12-01T08:00:00Z");
const [MINUTE, DAY] = [60_000, 86_400_000];
const NOT_ALL = "; there are more than were counted";

function compiled(spec: Partial<ScheduleSpec>): Schedule {
  const result = compileSchedule({ timezone: "UTC", ...spec });
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.schedule;
}

const policy = (fields: Partial<CatchUpPolicy> = {}): CatchUpPolicy => ({
  run: "latest",
  within: DAY,
  max: 100,
  ...fields,
});
const minutely = compiled({ cron: ["* * * * *"] });
const everyMinute = compiled({ every: MINUTE });

/** Minutes before T: a list of them reads better than instants. */
const ago = (slot: number) => (T - slot) / MINUTE;
const shown = ({ count, first, last, reason }: MissedSlots) =>
  `${count}: ${ago(first)} to ${ago(last)}, ${reason}`;

function caughtUp(
  gaps: [number, number][],
  fields: Partial<CatchUpPolicy>,
  newest?: number,
  schedule = minutely,
) {
  const inTime = gaps.map(([after, until]) => ({
    after: T - after * MINUTE,
    until: T - until * MINUTE,
  }));
  const found = catchUp(schedule, inTime, T, policy(fields), newest);
  return { fires: found.fires.map(ago), missed: found.missed.map(shown) };
}

for (const [kind, schedule] of [
  ["cron", minutely],
  ["every", everyMinute],
] as const) {
  const of = (gaps: [number, number][], fields: Partial<CatchUpPolicy>, newest?: number) =>
    caughtUp(gaps, fields, newest, schedule);

  test(`none fires nothing and records everything (${kind})`, () => {
    assert.equal(of([[10, 0]], { run: "none" }), {
      fires: [],
      missed: ["10: 9 to 0, catch_up is none"],
    });
  });

  test(`latest fires one slot of all gaps together (${kind})`, () => {
    const reason = "only the latest is caught up";
    assert.equal(of([[10, 0]], {}), { fires: [0], missed: [`9: 9 to 1, ${reason}`] });
    const gaps: [number, number][] = [
      [100, 90],
      [10, 0.5],
    ];
    assert.equal(of(gaps, {}), {
      fires: [1],
      missed: [`10: 99 to 90, ${reason}`, `8: 9 to 2, ${reason}`],
    });
    assert.equal(of([[1, 0]], {}), { fires: [0], missed: [] });
  });

  test(`latest fires no slot that is older than the policy allows (${kind})`, () => {
    const gaps: [number, number][] = [[20, 10]];
    const within = (ms: number) => of(gaps, { within: ms });
    assert.equal(within(10 * MINUTE).fires, [10]);
    assert.equal(within(10 * MINUTE - 1), {
      fires: [],
      missed: ["10: 19 to 10, older than 9m59s999ms"],
    });
  });

  test(`latest fires no slot from before one that was fired in its time (${kind})`, () => {
    const gaps: [number, number][] = [[20, 10]];
    const missed = ["10: 19 to 10, a later slot has been fired"];
    assert.equal(of(gaps, {}, T - 5 * MINUTE), { fires: [], missed });
    assert.equal(of(gaps, {}, T - 25 * MINUTE).fires, [10]);
    // Those of a later gap are worth firing, whatever was fired before it.
    assert.equal(of([...gaps, [3, 0]], {}, T - 5 * MINUTE).fires, [0]);
  });

  test(`all fires the newest ones, and says why it leaves the others (${kind})`, () => {
    assert.equal(of([[10, 0]], { run: "all" }).fires, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    assert.equal(of([[10, 0]], { run: "all" }, T - MINUTE).fires.length, 10);
    assert.equal(of([[10, 0]], { run: "all", within: 6 * MINUTE, max: 3 }), {
      fires: [2, 1, 0],
      missed: ["3: 9 to 7, older than 6m", "4: 6 to 3, more than 3"],
    });
    const gaps: [number, number][] = [
      [100, 95],
      [90, 85],
      [2, 0],
    ];
    assert.equal(of(gaps, { run: "all", within: 97 * MINUTE, max: 4 }), {
      fires: [86, 85, 1, 0],
      missed: [
        "2: 99 to 98, older than 1h37m",
        "3: 97 to 95, more than 4",
        "3: 89 to 87, more than 4",
      ],
    });
  });
}

test("a gap without a slot, an empty one and none at all come to nothing", () => {
  const nothing = { fires: [], missed: [] };
  for (const run of ["none", "latest", "all"] as const) {
    assert.equal(caughtUp([], { run }), nothing);
    assert.equal(caughtUp([[5, 5]], { run }), nothing);
    assert.equal(caughtUp([[4.9, 4.1]], { run }), nothing);
    const past = compiled({ at: ["2026-11-01T00:00:00"] });
    assert.equal(caughtUp([[5, 0]], { run }, undefined, past), nothing);
  }
});

test("what cannot be counted in the steps that are allowed is not said to be all", () => {
  const gaps = [{ after: T - DAY, until: T }];
  const { fires, missed } = catchUp(minutely, gaps, T, policy(), undefined, 100);
  assert.equal(fires, [T]);
  const reason = `only the latest is caught up${NOT_ALL}`;
  const [first, last] = [T - DAY + MINUTE, T - MINUTE];
  assert.equal(missed, [{ count: 101, first, last, reason }]);
  // Arithmetic needs no steps.
  const counted = catchUp(everyMinute, gaps, T, policy(), undefined, 0).missed;
  assert.is(counted[0]?.count, 24 * 60 - 1);
});

test("the steps that are allowed are for all gaps together", () => {
  const gaps = [
    { after: T - 200 * MINUTE, until: T - 140 * MINUTE },
    { after: T - 100 * MINUTE, until: T - 40 * MINUTE },
  ];
  const { missed } = catchUp(minutely, gaps, T, policy({ run: "none" }), undefined, 80);
  assert.equal(missed.map(shown), [
    "60: 199 to 140, catch_up is none",
    `21: 99 to 40, catch_up is none${NOT_ALL}`,
  ]);
});

test("a slot that two gaps have in common is decided about once", () => {
  const gaps: [number, number][] = [
    [10, 5],
    [8, 2],
    [7, 3],
  ];
  const missed = ["5: 9 to 5, catch_up is none", "3: 4 to 2, catch_up is none"];
  assert.equal(caughtUp(gaps, { run: "none" }), { fires: [], missed });
});

test("the more jobs are caught up in one go, the less far each is counted", () => {
  assert.equal([0, 1, 200, 10_000, 100_000].map(stepsFor), [100_000, 100_000, 100_000, 2000, 200]);
});

/** Counts how often a schedule is asked. */
function watched(schedule: Schedule): { schedule: Schedule; asked(): number } {
  let asked = 0;
  const next = (after: number) => {
    asked += 1;
    return schedule.next(after);
  };
  return { schedule: { ...schedule, next }, asked: () => asked };
}

test("a month of seconds is decided about with arithmetic, or in a bounded number of steps", () => {
  const gaps = [{ after: T - 30 * DAY, until: T }];
  const cases: [Partial<ScheduleSpec>, number][] = [
    [{ every: 1000 }, 20],
    [{ cron: ["* * * * * *"] }, 110_000],
    [{ cron: ["* * 8 * * *"] }, 110_000],
    [{ every: 1000, starts: "2026-11-30T23:59" }, 110_000],
  ];
  for (const [spec, most] of cases) {
    for (const run of ["none", "latest", "all"] as const) {
      const { schedule, asked } = watched(compiled(spec));
      const { fires, missed } = catchUp(schedule, gaps, T, policy({ run, within: 30 * DAY }));
      assert.is(fires.length, { none: 0, latest: 1, all: 100 }[run]);
      assert.is(missed.length, 1);
      assert.ok(asked() <= most, `${JSON.stringify(spec)} ${run}: ${asked()} steps`);
    }
  }
});

/** Slots anywhere, in clusters, in a rhythm, or as a pattern says. */
const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  fc
    .record({
      interval: fc.integer({ min: 1, max: 400 }),
      anchor: fc.integer({ min: -50, max: 50 }),
    })
    .map(({ interval, anchor }) => compiled({ every: interval * 1000, anchor: iso(anchor) })),
  fc.uniqueArray(fc.integer({ min: -3000, max: 200 }), { maxLength: 60 }).map(oneByOne),
  fc
    .tuple(fc.integer({ min: -3000, max: -500 }), fc.integer({ min: 1, max: 700 }))
    .map(([start, length]) => oneByOne(Array.from({ length }, (_, n) => start + n))),
  fc
    .constantFrom("* * * * * *", "*/7 * * * * *", "30 * * * * *", "* 30-40 7 * * *", "0 0 8 * * *")
    .map((cron) => compiled({ cron: [cron], timezone: "Europe/Berlin" })),
);

function iso(seconds: number): string {
  return new Date(T + seconds * 1000).toISOString();
}

function oneByOne(seconds: readonly number[]): Schedule {
  const slots = seconds.map((second) => T + second * 1000).sort((a, b) => a - b);
  return { next: (after) => slots.find((slot) => slot > after) };
}

/** Oldest first; some are empty, some touch. */
const gapLists: fc.Arbitrary<Gap[]> = fc
  .array(fc.tuple(fc.nat(300), fc.nat(900)), { maxLength: 4 })
  .map((parts) => {
    const gaps: Gap[] = [];
    let end = T - 3000 * 1000;
    for (const [space, length] of parts) {
      const after = end + space * 1000;
      end = Math.min(T, after + length * 1000);
      if (after <= end) gaps.push({ after, until: end });
    }
    return gaps;
  });

interface Case {
  schedule: Schedule;
  gaps: Gap[];
  policy: CatchUpPolicy;
  newest: number | undefined;
  steps: number | undefined;
}

const cases: fc.Arbitrary<Case> = fc.record({
  schedule: schedules,
  gaps: gapLists,
  policy: fc.record({
    run: fc.constantFrom("none" as const, "latest" as const, "all" as const),
    within: fc.integer({ min: 1, max: 3500 }).map((seconds) => seconds * 1000),
    max: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 2000 })),
  }),
  newest: fc.option(
    fc.integer({ min: -3000, max: 0 }).map((second) => T + second * 1000),
    {
      nil: undefined,
    },
  ),
  steps: fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined }),
});

/** Goes through every slot. */
function slowly({ schedule, gaps, policy, newest = -Infinity }: Case) {
  const all = gaps.flatMap(({ after, until }) => slotsOf(schedule, after, until));
  const young = all.filter((slot) => T - slot <= policy.within);
  if (policy.run === "none") return { all, fires: [] };
  if (policy.run === "all") return { all, fires: young.slice(-policy.max) };
  const fires = young.slice(-1).filter((slot) => slot >= newest);
  return { all, fires };
}

function reasonFor(slot: number, { policy, newest = -Infinity }: Case, all: number[]): string {
  const old = T - slot > policy.within;
  const tooOld = `older than ${policy.within / 1000} s`;
  if (policy.run === "none") return "catch_up is none";
  if (policy.run === "all") return old ? tooOld : `more than ${policy.max}`;
  const latest = all.at(-1)!;
  if (T - latest > policy.within) return tooOld;
  return latest < newest ? "a later slot has been fired" : "only the latest is caught up";
}

/** The words for a duration are tested where they are made. */
const plain = (reason: string, { policy }: Case) =>
  reason.replace(NOT_ALL, "").replace(/^older than .*/, `older than ${policy.within / 1000} s`);

test("fires and missed are the slots of the gaps, each once, and as the policy says", () => {
  always(3000, cases, (of) => {
    const { schedule, gaps, policy, newest, steps } = of;
    const { fires, missed } = catchUp(schedule, gaps, T, policy, newest, steps);
    const expected = slowly(of);
    same(fires, expected.fires);
    const stretches = missed.map(({ first, last }) => slotsOf(schedule, first - 1, last));
    // In this order: missed before fires, and both ascending.
    assert.equal([...stretches.flat(), ...fires], expected.all);
    for (const [index, { count, first, last, reason }] of missed.entries()) {
      const slots = stretches[index]!;
      assert.equal([slots[0], slots.at(-1)], [first, last]);
      for (const slot of slots) assert.is(plain(reason, of), reasonFor(slot, of, expected.all));
      if (!reason.endsWith(NOT_ALL)) assert.is(count, slots.length);
      else assert.ok(count > 0 && count < slots.length, `${count} of ${slots.length}`);
    }
    if (steps === undefined) assert.not.ok(missed.some(({ reason }) => reason.endsWith(NOT_ALL)));
  });
});

test.run();
