import { suite } from "uvu";
import * as assert from "uvu/assert";
import { clockChanges } from "../../src/schedule/changes.ts";
import { compileSchedule } from "../../src/schedule/compile.ts";
import { describeSchedule } from "../../src/schedule/describe.ts";
import { markOf } from "../../src/schedule/mark.ts";
import type { Schedule, ScheduleSpec } from "../../src/schedule/schedule.ts";

function compiled(spec: ScheduleSpec): Schedule {
  const result = compileSchedule(spec);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.schedule;
}

function words(spec: Partial<ScheduleSpec>): string {
  const whole: ScheduleSpec = { timezone: "UTC", ...spec };
  compiled(whole);
  return describeSchedule(whole).when;
}

const test = suite("a schedule in words");

/** Patterns, and what a person would say they mean. */
const PATTERNS: [pattern: string, words: string][] = [
  ["* * * * *", "Every minute"],
  ["* * * * * *", "Every second"],
  ["*/10 * * * * *", "Every 10 seconds"],
  ["0/10 * * * * *", "Every 10 seconds"],
  ["5 * * * * *", "At 5 seconds past the minute"],
  ["*/5 * * * *", "Every 5 minutes"],
  ["0,30 * * * *", "Every 30 minutes"],
  ["0 * * * *", "Every hour"],
  ["@hourly", "Every hour"],
  ["30 * * * *", "At 30 minutes past the hour"],
  ["0 */2 * * *", "On the hour, every 2 hours"],
  // Not every 7 minutes: from :56 to :00 there are 4.
  ["*/7 * * * *", "At 0, 7, 14, 21, 28, 35, 42, 49 and 56 minutes past the hour"],
  ["*/25 * * * *", "At 0, 25 and 50 minutes past the hour"],
  ["1/15 * * * *", "At 1, 16, 31 and 46 minutes past the hour"],
  ["10-40 * * * *", "Minutes 10 through 40 past the hour"],
  [
    "50-5 * * * *",
    "At 0, 1, 2, 3, 4, 5, 50, 51, 52, 53, 54, 55, 56, 57, 58 and 59 minutes past the hour",
  ],
  ["0 9 * * *", "At 09:00 every day"],
  ["@daily", "At 00:00 every day"],
  ["@midnight", "At 00:00 every day"],
  ["15 30 9 * * *", "At 09:30:15 every day"],
  ["0 8,13,18 * * *", "At 08:00, 13:00 and 18:00 every day"],
  ["0,30 9 * * *", "At 09:00 and 09:30 every day"],
  ["0 */5 * * *", "At 00:00, 05:00, 10:00, 15:00 and 20:00 every day"],
  ["0 9-17/4 * * *", "At 09:00, 13:00 and 17:00 every day"],
  ["0 22-2 * * *", "At 00:00, 01:00, 02:00, 22:00 and 23:00 every day"],
  ["0 9-17 * * *", "Every hour, from 09:00 to 17:00"],
  ["30 9-17 * * *", "At 30 minutes past the hour, from 09:30 to 17:30"],
  ["*/5 9-17 * * *", "Every 5 minutes, from 09:00 to 17:55"],
  ["*/10 22-2 * * *", "Every 10 minutes, from 22:00 to 02:50"],
  ["*/15 9-11,14-16 * * *", "Every 15 minutes, from 09:00 to 11:45 and from 14:00 to 16:45"],
  ["*/15 8-18/2 * * *", "Every 15 minutes, within the hours 08, 10, 12, 14, 16 and 18"],
  ["*/30 * 9 * * *", "Every 30 seconds, from 09:00 to 09:59"],
  ["0 9 * * 1", "At 09:00, on Monday"],
  ["0 9 * * 0", "At 09:00, on Sunday"],
  ["0 9 * * 7", "At 09:00, on Sunday"],
  ["@weekly", "At 00:00, on Sunday"],
  ["0 9 * * mon-fri", "At 09:00, on Monday to Friday"],
  ["0 9 * * SAT,SUN", "At 09:00, on Saturday and Sunday"],
  ["0 9 * * 1,3,5", "At 09:00, on Monday, Wednesday and Friday"],
  ["0 9 * * FRI-MON", "At 09:00, on Friday to Monday"],
  ["0 9 * * 0-7", "At 09:00 every day"],
  ["0 9 * * 5#2", "At 09:00, on the second Friday of the month"],
  ["0 9 * * FRI#5", "At 09:00, on the fifth Friday of the month"],
  ["0 9 * * 5#L", "At 09:00, on the last Friday of the month"],
  ["0 9 * * 5L", "At 09:00, on the last Friday of the month"],
  ["0 9 * * 1,5#L", "At 09:00, on Monday and the last Friday of the month"],
  ["*/5 9-17 * * 1-5", "Every 5 minutes, from 09:00 to 17:55, on Monday to Friday"],
  ["0 9 15 * *", "At 09:00, on day 15 of the month"],
  ["@monthly", "At 00:00, on day 1 of the month"],
  ["0 9 1,15 * *", "At 09:00, on days 1 and 15 of the month"],
  ["0 9 1-7 * *", "At 09:00, on days 1 to 7 of the month"],
  ["0 9 28-2 * *", "At 09:00, on days 28 to 2 of the month"],
  ["0 9 */2 * *", "At 09:00, on every 2nd day of the month from day 1 to day 31"],
  ["0 9 2/3 * *", "At 09:00, on every 3rd day of the month from day 2 to day 29"],
  ["0 9 L * *", "At 09:00, on the last day of the month"],
  ["0 9 L-1 * *", "At 09:00, on the day before the last day of the month"],
  ["0 9 L-3 * *", "At 09:00, on the day 3 days before the last day of the month"],
  ["0 9 LW * *", "At 09:00, on the last working day (Monday to Friday) of the month"],
  ["0 9 15W * *", "At 09:00, on the working day (Monday to Friday) nearest to day 15 of the month"],
  ["0 9 15,L * *", "At 09:00, on day 15 of the month and the last day of the month"],
  ["0 9 * 6-8 *", "At 09:00, every day in June to August"],
  ["0 9 * NOV-FEB *", "At 09:00, every day in November to February"],
  ["0 9 1 */3 *", "At 09:00, on day 1 of the month, in January, April, July and October"],
  ["@yearly", "At 00:00, on day 1 of the month, in January"],
  ["@annually", "At 00:00, on day 1 of the month, in January"],
  ["0 9 29 2 *", "At 09:00, on day 29 of the month, in February"],
  ["0 0 1 jan ?", "At 00:00, on day 1 of the month, in January"],
  ["0 9 ? * mon", "At 09:00, on Monday"],
  ["0 9 13 * fri", "At 09:00, on day 13 of the month or on Friday (either is enough)"],
  ["0 9 13 * +fri", "At 09:00, on day 13 of the month, but only if that is a Friday"],
  [
    "0 9 1-7 * +mon,tue",
    "At 09:00, on days 1 to 7 of the month, but only if that is a Monday or a Tuesday",
  ],
  ["0 9 31 12 5", "At 09:00, on day 31 of the month or on Friday (either is enough), in December"],
];

for (const [pattern, expected] of PATTERNS) {
  test(`${pattern} is: ${expected}`, () => assert.is(words({ cron: [pattern] }), expected));
}

test("the table of patterns is long enough to mean something", () => {
  assert.ok(PATTERNS.length >= 60, `only ${PATTERNS.length}`);
});

test("day_match: and is told as what it is", () => {
  const cron = ["0 9 13 * fri"];
  const expected = "At 09:00, on day 13 of the month, but only if that is a Friday";
  assert.is(words({ cron, dayMatch: "and" }), expected);
});

test("patterns that differ by their time alone are one sentence, others are several", () => {
  const times = ["0 18 * * *", "0 8 * * *", "30 13 * * *"];
  assert.is(words({ cron: times }), "At 08:00, 13:30 and 18:00 every day");
  assert.is(
    words({ cron: ["0 8 * * 1-5", "0 10 * * 6", "*/5 * * * *"] }),
    "At 08:00, on Monday to Friday; and at 10:00, on Saturday; and every 5 minutes",
  );
});

test("H is told as the value that it has for the job", () => {
  const spec = { cron: ["H H(8-11) * * *"], job: "reports", timezone: "UTC" };
  const schedule = compiled(spec);
  const { when, notes } = describeSchedule(spec);
  const first = new Date(schedule.next(0)!).toISOString();
  const [hour, minute] = [first.slice(11, 13), first.slice(14, 16)];
  assert.is(when, `At ${hour}:${minute} every day`);
  const values = `minute ${Number(minute)} and hour ${Number(hour)}`;
  assert.ok(notes.includes(`H stands for ${values}, made from the name reports.`), notes.join());
});

const OTHERS: [Partial<ScheduleSpec>, string][] = [
  [{ every: 5000 }, "Every 5 seconds, counted from 1970-01-01T00:00:00Z"],
  [{ every: 3_600_000 }, "Every hour, counted from 1970-01-01T00:00:00Z"],
  [{ every: 9_000_000 }, "Every 2 hours 30 minutes, counted from 1970-01-01T00:00:00Z"],
  [
    { every: 90_061_000 },
    "Every 1 day 1 hour 1 minute 1 second, counted from 1970-01-01T00:00:00Z",
  ],
  [
    { every: 604_800_000, anchor: "2026-01-05", timezone: "Europe/Berlin" },
    "Every 7 days, counted from 2026-01-05T00:00:00+01:00",
  ],
  [
    { at: ["2026-12-01T09:00:00"], timezone: "Europe/Berlin" },
    "Once, at 2026-12-01T09:00:00+01:00",
  ],
  [
    { at: ["2026-12-02", "2026-12-01T09:00:00"] },
    "At 2026-12-01T09:00:00+00:00 and 2026-12-02T00:00:00+00:00",
  ],
  [
    { at: ["2026-10-25T02:30:00"], timezone: "Europe/Berlin", dst: { overlap: "both" } },
    "At 2026-10-25T02:30:00+02:00 and 2026-10-25T02:30:00+01:00",
  ],
];

for (const [spec, expected] of OTHERS) {
  test(`an interval or a moment is: ${expected}`, () => assert.is(words(spec), expected));
}

test("zone, bounds, calendars and spread are a sentence each", () => {
  const spec: ScheduleSpec = {
    cron: ["0 8 * * *"],
    timezone: "Europe/Berlin",
    starts: "2026-12-01",
    ends: "2027-12-01T12:00:00",
    spread: 300_000,
    job: "reports",
    except: [
      { name: "closed", closes: () => false },
      { name: "feasts", closes: () => false },
    ],
  };
  const offset = (compiled(spec).next(Date.parse("2027-01-01"))! / 1000) % 3600;
  const [minutes, seconds] = [Math.floor(offset / 60), offset % 60];
  assert.equal(describeSchedule(spec).notes, [
    "Times are those of the wall clock of Europe/Berlin.",
    "No slot before 2026-12-01T00:00:00+01:00.",
    "No slot at or after 2027-12-01T12:00:00+01:00.",
    "No slot on days that the calendars closed and feasts close.",
    `Every slot is ${minutes} minutes ${seconds} seconds later than that: the job's own offset within a spread of 5 minutes.`,
  ]);
});

/** Berlin goes back on 2026-10-25 and forward on 2027-03-28. */
function effects(spec: Partial<ScheduleSpec>): string[] {
  const whole: ScheduleSpec = { timezone: "Europe/Berlin", ...spec };
  const from = Date.parse("2026-06-01");
  return clockChanges(whole, compiled(whole), from, 2).map(({ effect }) => effect);
}

const UNTOUCHED = "no slot is moved, skipped or doubled";

const CHANGES: [name: string, spec: Partial<ScheduleSpec>, effects: [string, string]][] = [
  [
    "a fixed time",
    { cron: ["30 2 * * *"] },
    [
      "02:30 comes twice: a slot in the first pass only",
      "02:30 does not exist: one slot at 2027-03-28T03:00:00+02:00 instead",
    ],
  ],
  ["another time of day", { cron: ["30 4 * * *"] }, [UNTOUCHED, UNTOUCHED]],
  ["another day of the week", { cron: ["30 2 * * mon"] }, [UNTOUCHED, UNTOUCHED]],
  [
    "an hourly rhythm",
    { cron: ["0,30 * * * *"] },
    [
      "02:00 and 02:30 come twice: a slot in both passes",
      "02:00 and 02:30 do not exist: skipped, and the rhythm goes on",
    ],
  ],
  [
    "a rhythm within hours",
    { cron: ["*/10 1-4 * * *"] },
    [
      "02:00, 02:10, 02:20 and others come twice: a slot in both passes",
      "02:00, 02:10, 02:20 and others do not exist: one slot at 2027-03-28T03:00:00+02:00 instead",
    ],
  ],
  [
    "a rule of the job's own",
    { cron: ["30 2 * * *"], dst: { gap: "skip", overlap: "both" } },
    ["02:30 comes twice: a slot in both passes", "02:30 does not exist: skipped"],
  ],
  [
    "a day that a calendar closes",
    { cron: ["30 2 * * *"], except: [{ closes: (day) => (day + 4) % 7 === 0 }] },
    [UNTOUCHED, UNTOUCHED],
  ],
  [
    "a job that has ended by then",
    { cron: ["30 2 * * *"], ends: "2026-12-01" },
    ["02:30 comes twice: a slot in the first pass only", UNTOUCHED],
  ],
  [
    "an interval",
    { every: 3_600_000 },
    ["the interval goes on in real time", "the interval goes on in real time"],
  ],
  [
    "a moment",
    { at: ["2026-10-25T02:15:00", "2027-03-28T02:15:00"] },
    [
      "02:15 comes twice: a slot in the first pass only",
      "02:15 does not exist: one slot at 2027-03-28T03:00:00+02:00 instead",
    ],
  ],
];

for (const [name, spec, expected] of CHANGES) {
  test(`the next two changes of the clock are told for ${name}`, () => {
    assert.equal(effects(spec), expected);
  });
}

test("a change is told with its instant and its size, and a zone without any has none", () => {
  const spec: ScheduleSpec = { timezone: "Australia/Lord_Howe", cron: ["0 9 * * *"] };
  const changes = clockChanges(spec, compiled(spec), Date.parse("2026-06-01"), 2);
  assert.equal(
    changes.map(({ at, by }) => [new Date(at).toISOString(), by / 60_000]),
    [
      ["2026-10-03T15:30:00.000Z", 30],
      ["2027-04-03T15:00:00.000Z", -30],
    ],
  );
  const utc: ScheduleSpec = { timezone: "UTC", cron: ["0 9 * * *"] };
  assert.equal(clockChanges(utc, compiled(utc), 0, 2), []);
});

function marks(spec: Partial<ScheduleSpec>, from: string, count: number): (string | undefined)[] {
  const whole: ScheduleSpec = { timezone: "Europe/Berlin", ...spec };
  const schedule = compiled(whole);
  const slots: number[] = [];
  for (let slot = Date.parse(from); slots.length < count; slots.push(slot)) {
    slot = schedule.next(slot)!;
  }
  return slots.map((slot) => markOf(whole, slot));
}

test("slots that are moved or doubled are marked, with a spread as well", () => {
  for (const more of [{}, { spread: 60_000, job: "a" }]) {
    const fixed = { cron: ["30 2 * * *"], ...more };
    const moved = "moved: 02:30 does not exist";
    assert.equal(marks(fixed, "2027-03-27", 3), [undefined, moved, undefined]);
    assert.equal(marks(fixed, "2026-10-24T12:00Z", 2), ["first pass only", undefined]);
    const both = { ...fixed, dst: { overlap: "both" } as const };
    const twice = ["first of two", "second of two", undefined];
    assert.equal(marks(both, "2026-10-24T12:00Z", 3), twice);
  }
});

test("a slot that is at the end of a gap by itself is not marked as moved", () => {
  assert.equal(marks({ cron: ["0 3 * * *"] }, "2027-03-27T12:00Z", 1), [undefined]);
  assert.equal(marks({ every: 3_600_000 }, "2027-03-28T00:00Z", 2), [undefined, undefined]);
});

test("moments are marked as well", () => {
  const at = ["2026-10-25T02:15:00", "2027-03-28T02:15:00", "2027-04-01T02:15:00"];
  const expected = ["first pass only", "moved: 02:15 does not exist", undefined];
  assert.equal(marks({ at }, "2026-01-01", 3), expected);
});

test.run();
