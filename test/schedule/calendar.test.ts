import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Closing, createCalendar, readDay } from "../../src/schedule/calendar.ts";
import { compileSchedule } from "../../src/schedule/compile.ts";
import { formatLocal } from "../../src/schedule/datetime.ts";
import { zoneNamed } from "../../src/schedule/zone.ts";

const test = suite("a calendar");

const UTC = zoneNamed("UTC")!;
const BERLIN = zoneNamed("Europe/Berlin")!;
const day = (text: string) => readDay(text)!;

function calendar(closing: Partial<Closing>, zone = UTC) {
  return createCalendar({ ranges: [], weekdays: [], events: [], ...closing }, zone);
}

/** The closed days from `first` to `last`. */
function closed(closing: Partial<Closing>, first: string, last: string, zone = UTC): string[] {
  const { closes } = calendar(closing, zone);
  const days: string[] = [];
  for (let number = day(first); number <= day(last); number++) {
    if (closes(number)) days.push(new Date(number * 86_400_000).toISOString().slice(0, 10));
  }
  return days;
}

test("a date is a day of the calendar or none", () => {
  assert.is(readDay("1970-01-01"), 0);
  assert.is(readDay("2026-12-25"), Date.UTC(2026, 11, 25) / 86_400_000);
  assert.is(readDay("1969-12-31"), -1);
  for (const text of ["2026-02-29", "2026-13-01", "2026-1-1", "26-01-01", "2026-12-25T00:00", ""]) {
    assert.is(readDay(text), undefined, text);
  }
  assert.ok(readDay("2028-02-29"));
});

test("a date closes its day and no other", () => {
  const ranges = [[day("2026-12-25"), day("2026-12-25")]] as const;
  assert.equal(closed({ ranges }, "2026-12-01", "2027-01-31"), ["2026-12-25"]);
});

test("a range closes its first and its last day and all between", () => {
  const ranges = [[day("2026-12-30"), day("2027-01-02")]] as const;
  assert.equal(closed({ ranges }, "2026-12-01", "2027-01-31"), [
    "2026-12-30",
    "2026-12-31",
    "2027-01-01",
    "2027-01-02",
  ]);
});

test("days of the week are closed in every week, before 1970 as well", () => {
  assert.equal(closed({ weekdays: [0, 6] }, "2026-11-30", "2026-12-13"), [
    "2026-12-05",
    "2026-12-06",
    "2026-12-12",
    "2026-12-13",
  ]);
  assert.equal(closed({ weekdays: [1] }, "1969-12-20", "1970-01-06"), [
    "1969-12-22",
    "1969-12-29",
    "1970-01-05",
  ]);
});

test("an event closes every day that it touches on the zone's wall clock", () => {
  const events = [[Date.parse("2026-12-24T22:30Z"), Date.parse("2026-12-24T23:30Z")]] as const;
  assert.equal(closed({ events }, "2026-12-20", "2026-12-31"), ["2026-12-24"]);
  assert.equal(closed({ events }, "2026-12-20", "2026-12-31", BERLIN), [
    "2026-12-24",
    "2026-12-25",
  ]);
});

test("an event that ends at midnight does not touch the day after, one without length its own", () => {
  const until = Date.parse("2026-12-24T23:00Z");
  const events = [[until - 3_600_000, until]] as const;
  assert.equal(closed({ events }, "2026-12-20", "2026-12-31", BERLIN), ["2026-12-24"]);
  const short = [[until, until]] as const;
  assert.equal(closed({ events: short }, "2026-12-20", "2026-12-31", BERLIN), ["2026-12-25"]);
});

test("ranges in any order, twice or within each other, close what any of them does", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  for (let round = 0; round < 50; round++) {
    const ranges = Array.from({ length: random(12) }, () => {
      const first = random(60);
      return [first, first + random(8)] as const;
    });
    const { closes } = calendar({ ranges });
    for (let number = -3; number < 75; number++) {
      const expected = ranges.some(([first, last]) => number >= first && number <= last);
      assert.is(closes(number), expected, `${number} in ${JSON.stringify(ranges)}`);
    }
  }
});

test("an answer does not take longer with ten thousand ranges", () => {
  const ranges = Array.from({ length: 10_000 }, (_, index) => [index * 3, index * 3] as const);
  const { closes } = calendar({ ranges });
  const start = performance.now();
  let count = 0;
  for (let number = 0; number < 300_000; number++) if (closes(number % 30_000)) count += 1;
  assert.is(count, 100_000);
  assert.ok(performance.now() - start < 1000);
});

test("a schedule leaves out the days that are closed where it is", () => {
  const closing = { weekdays: [0, 6], ranges: [[day("2026-12-25"), day("2026-12-25")]] as const };
  const except = [calendar(closing)];
  const spec = { cron: ["30 0 * * *"], timezone: "Asia/Tokyo", except };
  const compiled = compileSchedule(spec);
  if ("problems" in compiled) throw new Error(JSON.stringify(compiled.problems));
  const shown: string[] = [];
  for (let slot = Date.parse("2026-12-22T12:00Z"); shown.length < 4; ) {
    slot = compiled.schedule.next(slot)!;
    shown.push(formatLocal(slot, zoneNamed("Asia/Tokyo")!).slice(0, 10));
  }
  assert.equal(shown, ["2026-12-23", "2026-12-24", "2026-12-28", "2026-12-29"]);
});

test.run();
