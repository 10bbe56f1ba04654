import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileSchedule } from "../../src/schedule/compile.ts";
import type { Schedule, ScheduleSpec } from "../../src/schedule/schedule.ts";
import { countBetween, lastAtOrBefore, slotsBetween } from "../../src/schedule/window.ts";

const test = suite("slots of a window of time");

const at = (text: string) => Date.parse(text);
const shown = (slots: Iterable<number>) =>
  [...slots].map((slot) => new Date(slot).toISOString().slice(0, 19));

function compiled(spec: Partial<ScheduleSpec>): Schedule {
  const result = compileSchedule({ timezone: "UTC", ...spec });
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.schedule;
}

/** Counts how often a schedule is asked. */
function counted(schedule: Schedule): { schedule: Schedule; asked(): number } {
  let asked = 0;
  const next = (after: number) => {
    asked += 1;
    return schedule.next(after);
  };
  return { schedule: { ...schedule, next }, asked: () => asked };
}

test("the beginning of a window is not in it, its end is", () => {
  const hourly = compiled({ cron: ["0 * * * *"] });
  const [from, until] = [at("2026-12-01T00:00Z"), at("2026-12-01T03:00Z")];
  assert.equal(shown(slotsBetween(hourly, from, until)), [
    "2026-12-01T01:00:00",
    "2026-12-01T02:00:00",
    "2026-12-01T03:00:00",
  ]);
  assert.equal(shown(slotsBetween(hourly, from, until - 1)).length, 2);
  assert.equal(shown(slotsBetween(hourly, from - 1, until)).length, 4);
  assert.is(countBetween(hourly, from, until), 3);
});

test("a window that ends where it begins, or before, has no slots", () => {
  for (const schedule of [compiled({ cron: ["* * * * *"] }), compiled({ every: 60_000 })]) {
    const now = at("2026-12-01T00:00Z");
    for (const until of [now, now - 600_000]) {
      assert.equal(shown(slotsBetween(schedule, now, until)), []);
      assert.is(countBetween(schedule, now, until), 0);
    }
  }
});

test("a schedule that ends gives what it has", () => {
  const two = compiled({ at: ["2026-12-01T09:00:00", "2026-12-02T09:00:00"] });
  const [from, until] = [at("2026-01-01T00:00Z"), at("2036-01-01T00:00Z")];
  assert.equal(shown(slotsBetween(two, from, until)), [
    "2026-12-01T09:00:00",
    "2026-12-02T09:00:00",
  ]);
  assert.is(countBetween(two, from, until), 2);
});

test("slots are computed only as they are asked for", () => {
  const { schedule, asked } = counted(compiled({ cron: ["* * * * * *"] }));
  const slots = slotsBetween(schedule, 0, at("2100-01-01T00:00Z"));
  for (let taken = 0; taken < 3; taken++) slots.next();
  assert.is(asked(), 3);
});

test("an interval's slots of a hundred years are counted without walking", () => {
  const { schedule, asked } = counted(compiled({ every: 5000 }));
  const [from, until] = [at("2000-01-01T00:00Z"), at("2100-01-01T00:00Z")];
  assert.is(countBetween(schedule, from, until), (until - from) / 5000);
  assert.is(asked(), 0);
});

test("counting an interval by arithmetic is counting it one by one", () => {
  const schedules = [
    compiled({ every: 7000 }),
    compiled({ every: 7000, anchor: "2026-12-01T00:00:03" }),
  ];
  const start = at("2026-12-01T00:00Z");
  for (const schedule of schedules) {
    for (let from = start - 20_000; from < start + 20_000; from += 1500) {
      for (const length of [0, 1, 6999, 7000, 7001, 50_000]) {
        const walked = [...slotsBetween(schedule, from, from + length)].length;
        assert.is(countBetween(schedule, from, from + length), walked, `${from} ${length}`);
      }
    }
  }
});

const LAST: Record<string, [Partial<ScheduleSpec>, string, string | undefined]> = {
  "of every second": [{ cron: ["* * * * * *"] }, "2026-12-01T08:00:00.500Z", "2026-12-01T08:00:00"],
  "at the instant itself": [{ cron: ["0 8 * * *"] }, "2026-12-01T08:00:00Z", "2026-12-01T08:00:00"],
  "of a day, just before it": [
    { cron: ["0 8 * * *"] },
    "2026-12-01T07:59:59.999Z",
    "2026-11-30T08:00:00",
  ],
  "of 29 February": [{ cron: ["0 0 29 2 *"] }, "2027-12-01T00:00:00Z", "2024-02-29T00:00:00"],
  "across a century without one": [
    { cron: ["0 0 29 2 *"] },
    "2103-12-01T00:00:00Z",
    "2096-02-29T00:00:00",
  ],
  "of an interval": [{ every: 7_200_000 }, "2026-12-01T09:13:00Z", "2026-12-01T08:00:00"],
  "of an interval before its anchor": [
    { every: 7_200_000, anchor: "2030-01-01T01:00:00" },
    "2026-12-01T08:13:00Z",
    "2026-12-01T07:00:00",
  ],
  "of moments that have passed": [
    { at: ["1999-12-31T00:00:00", "2001-01-01T00:00:00"] },
    "2026-12-01T00:00:00Z",
    "2001-01-01T00:00:00",
  ],
  "of a job that ended": [
    { cron: ["0 8 * * *"], ends: "2020-06-01" },
    "2026-12-01T00:00:00Z",
    "2020-05-31T08:00:00",
  ],
  "of a job that starts later": [
    { cron: ["0 8 * * *"], starts: "2030-01-01" },
    "2026-12-01T00:00:00Z",
    undefined,
  ],
  "in the second pass of an overlap": [
    { cron: ["30 * * * *"], timezone: "Europe/Berlin" },
    "2026-10-25T01:45:00Z",
    "2026-10-25T01:30:00",
  ],
};

for (const [name, [spec, instant, expected]] of Object.entries(LAST)) {
  test(`the last slot ${name}`, () => {
    const { schedule, asked } = counted(compiled(spec));
    const last = lastAtOrBefore(schedule, at(instant));
    assert.is(last && new Date(last).toISOString().slice(0, 19), expected);
    assert.ok(asked() < 100, `asked ${asked()} times`);
  });
}

test("the last slot is the last of those that a walk finds, at any instant of a year", () => {
  const spec = { timezone: "America/New_York", cron: ["*/20 1-3 * * *", "0 12 1,15 * mon"] };
  const schedule = compiled(spec);
  const slots = [...slotsBetween(schedule, at("2025-12-01T00:00Z"), at("2027-01-01T00:00Z"))];
  for (let index = 0; index < 400; index++) {
    const instant = at("2026-01-01T00:00Z") + index * 78_901_234;
    if (instant > at("2027-01-01T00:00Z")) break;
    assert.is(
      lastAtOrBefore(schedule, instant),
      slots.findLast((slot) => slot <= instant),
    );
  }
});

test("the last slot is found wherever the halves of the search meet", () => {
  for (let set = 1; set < 256; set += 1) {
    const slots = [1, 2, 4, 7, 11, 16, 17, 33].filter((_, bit) => set & (1 << bit));
    const next = (after: number) => slots.find((slot) => slot > after);
    for (let instant = 0; instant < 40; instant++) {
      const expected = slots.findLast((slot) => slot <= instant);
      assert.is(lastAtOrBefore({ next }, instant), expected, `${slots} at ${instant}`);
    }
  }
});

test.run();
