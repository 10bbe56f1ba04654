import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileSchedule } from "../../src/schedule/compile.ts";
import type { ScheduleSpec } from "../../src/schedule/schedule.ts";

const test = suite("the calendar");

/** The first dates after `from`, in UTC; patterns here fire once a day. */
function dates(
  cron: string,
  from: string,
  count: number,
  more: Partial<ScheduleSpec> = {},
): string[] {
  return slots(cron, from, count, more).map((slot) => slot.slice(0, 10));
}

/** The first slots after `from` as `2026-12-01T08:00:00`. */
function slots(
  cron: string,
  from: string,
  count: number,
  more: Partial<ScheduleSpec> = {},
): string[] {
  const compiled = compileSchedule({ timezone: "UTC", cron: [cron], ...more });
  if ("problems" in compiled) throw new Error(JSON.stringify(compiled.problems));
  const found: string[] = [];
  let slot: number | undefined = Date.parse(from);
  while (found.length < count) {
    slot = compiled.schedule.next(slot);
    if (slot === undefined) break;
    found.push(new Date(slot).toISOString().slice(0, 19));
  }
  return found;
}

function codes(cron: string, more: Partial<ScheduleSpec> = {}): string[] {
  const compiled = compileSchedule({ timezone: "UTC", cron: [cron], ...more });
  return "problems" in compiled ? compiled.problems.map(({ code }) => code) : [];
}

/** What is so | pattern | after the start of this day | the dates that follow. */
const DATES = `
29 February comes every four years | 0 0 29 2 * | 2023-01-01 | 2024-02-29 2028-02-29 2032-02-29
2000 was a leap year | 0 0 29 2 * | 1996-03-01 | 2000-02-29 2004-02-29
2100 is no leap year | 0 0 29 2 * | 2092-03-01 | 2096-02-29 2104-02-29
2200 and 2300 are no leap years, 2400 is one | 0 0 29 2 * | 2196-03-01 | 2204-02-29
2400 is a leap year | 0 0 29 2 * | 2396-03-01 | 2400-02-29 2404-02-29
1972 was the first leap year that has slots | 0 0 29 2 * | 1970-01-01 | 1972-02-29
28 February is the last day of it in 2100 | 0 0 L 2 * | 2095-03-01 | 2096-02-29 2097-02-28 2098-02-28 2099-02-28 2100-02-28
a 29 February on a Monday comes once in 28 years | 0 0 29 2 +MON | 1970-01-01 | 1988-02-29 2016-02-29 2044-02-29 2072-02-29
and once in 40 years around 2100 | 0 0 29 2 +MON | 2073-01-01 | 2112-02-29
a 29 February on a Sunday | 0 0 29 2 +7 | 2020-01-01 | 2032-02-29 2060-02-29 2088-02-29 2128-02-29
Friday the 13th | 0 0 13 * +FRI | 2026-01-01 | 2026-02-13 2026-03-13 2026-11-13 2027-08-13
the 31st only in months that have one | 0 0 31 * * | 2026-01-01 | 2026-01-31 2026-03-31 2026-05-31 2026-07-31 2026-08-31 2026-10-31 2026-12-31
the 30th leaves out February alone | 0 0 30 1-4 * | 2024-01-01 | 2024-01-30 2024-03-30 2024-04-30 2025-01-30
the last day of each month | 0 0 L * * | 2028-01-01 | 2028-01-31 2028-02-29 2028-03-31 2028-04-30
three days before the last | 0 0 L-3 * * | 2027-01-29 | 2027-02-25 2027-03-28 2027-04-27 2027-05-28
three days before the last of a leap February | 0 0 L-3 2 * | 2028-01-01 | 2028-02-26 2029-02-25
thirty days before the last is the 1st of long months | 0 0 L-30 * * | 2026-01-02 | 2026-03-01 2026-05-01 2026-07-01
28 days before the last is in February only in leap years | 0 0 L-28 2 * | 2026-01-01 | 2028-02-01 2032-02-01
the last weekday of a month that ends on a Sunday | 0 0 LW 5 * | 2026-01-01 | 2026-05-29 2027-05-31
the last weekday of a month that ends on a Saturday | 0 0 LW 10 * | 2026-01-01 | 2026-10-30 2027-10-29
the weekday nearest to a 15th on a Saturday is the Friday before | 0 0 15W 8 * | 2026-01-01 | 2026-08-14
the weekday nearest to a 15th on a Sunday is the Monday after | 0 0 15W 2,3,11 * | 2026-01-01 | 2026-02-16 2026-03-16 2026-11-16
the weekday nearest to a 15th that is one | 0 0 15W 12 * | 2026-01-01 | 2026-12-15
the weekday nearest to a 1st on a Saturday stays in the month | 0 0 1W 8 * | 2026-01-01 | 2026-08-03
the weekday nearest to a 1st on a Sunday | 0 0 1W 2,3,11 * | 2026-01-01 | 2026-02-02 2026-03-02 2026-11-02
the weekday nearest to a 31st on a Sunday stays in the month | 0 0 31W 5 * | 2026-01-01 | 2026-05-29
the weekday nearest to a 30th on a Saturday is the Friday before | 0 0 30W 5 * | 2026-01-01 | 2026-05-29
the weekday nearest to a 31st is not looked for in months of 30 days | 0 0 31W 4-7 * | 2026-01-01 | 2026-05-29 2026-07-31
the weekday nearest to a 29 February that is not there is not looked for | 0 0 29W 2 * | 2026-01-01 | 2028-02-29 2032-02-27
last days in a list | 0 0 1,L,LW 5 * | 2026-01-01 | 2026-05-01 2026-05-29 2026-05-31 2027-05-01 2027-05-31
days before the last in a list | 0 0 15,L-1 6 * | 2026-01-01 | 2026-06-15 2026-06-29
the fifth Friday only in months that have one | 0 0 * * 5#5 | 2026-01-01 | 2026-01-30 2026-05-29 2026-07-31 2026-10-30
the first Friday | 0 0 * * FRI#1 | 2026-01-01 | 2026-01-02 2026-02-06 2026-03-06
the last Friday, also of months with five | 0 0 * * 5L | 2026-01-01 | 2026-01-30 2026-02-27 2026-03-27
the last Sunday, which is when summer time ends | 0 0 * 10 SUN#L | 2026-01-01 | 2026-10-25 2027-10-31
Sunday is 0 | 0 0 * * 0 | 2026-12-28 | 2027-01-03 2027-01-10
Sunday is 7 | 0 0 * * 7 | 2026-12-28 | 2027-01-03 2027-01-10
the Monday of a week 53 | 0 0 * * MON | 2026-12-22 | 2026-12-28 2027-01-04
a week across the end of the year | 0 0 * * FRI-MON | 2026-12-31 | 2027-01-01 2027-01-02 2027-01-03 2027-01-04 2027-01-08
Saturday to Sunday is two days | 0 0 * * 6-7 | 2026-12-31 | 2027-01-02 2027-01-03 2027-01-09
Saturday to Sunday by 0 is the same | 0 0 * * 6-0 | 2026-12-31 | 2027-01-02 2027-01-03 2027-01-09
every second day from Friday around the week | 0 0 * * 5-2/2 | 2026-12-31 | 2027-01-01 2027-01-03 2027-01-05 2027-01-08
winter by names, in any case | 0 0 1 nov-Feb * | 2026-10-01 | 2026-11-01 2026-12-01 2027-01-01 2027-02-01 2027-11-01
every second month of winter, counted from November | 0 0 1 NOV-FEB/2 * | 2026-10-01 | 2026-11-01 2027-01-01 2027-11-01
every second month from April to the end of the year | 0 0 1 4/2 * | 2026-01-01 | 2026-04-01 2026-06-01 2026-08-01 2026-10-01 2026-12-01 2027-04-01
days around the end of the month | 0 0 30-2 * * | 2026-01-29 | 2026-01-30 2026-01-31 2026-02-01 2026-02-02 2026-03-01
day of month or day of week | 0 0 13 * FRI | 2026-11-01 | 2026-11-06 2026-11-13 2026-11-20 2026-11-27 2026-12-04 2026-12-11 2026-12-13
? says nothing, as * does | 0 0 ? * FRI | 2026-11-01 | 2026-11-06 2026-11-13
? in day of week says nothing either | 0 0 13 * ? | 2026-11-01 | 2026-11-13 2026-12-13
@yearly is 1 January | @yearly | 2026-06-01 | 2027-01-01 2028-01-01
@annually is the same | @annually | 2026-06-01 | 2027-01-01 2028-01-01
@monthly is the 1st | @monthly | 2026-11-15 | 2026-12-01 2027-01-01
@weekly is Sunday | @weekly | 2026-12-28 | 2027-01-03 2027-01-10
@midnight is every day | @midnight | 2026-12-30 | 2026-12-31 2027-01-01
`;

for (const row of DATES.trim().split("\n")) {
  const [name, cron, from, expected] = row.split(" | ") as [string, string, string, string];
  test(`${name}: ${cron}`, () => {
    const list = expected.split(" ");
    assert.equal(dates(cron, `${from}T00:00Z`, list.length), list);
  });
}

/** What is so | pattern | all the times of a day. */
const TIMES = `
hours across midnight | 0 22-2 * * * | 00:00 01:00 02:00 22:00 23:00
every second hour across midnight, counted from 22 | 0 22-4/2 * * * | 00:00 02:00 04:00 22:00
minutes across the hour | 55-5/5 7 * * * | 07:00 07:05 07:55
from a minute to the end of the hour | 20/15 7 * * * | 07:20 07:35 07:50
steps that do not divide the hour start again with it | */25 7,8 * * * | 07:00 07:25 07:50 08:00 08:25 08:50
a list with ranges and steps, each time once | 0,30-40/5,30 7 * * * | 07:00 07:30 07:35 07:40
the last minute | 59 23 * * * | 23:59
`;

for (const row of TIMES.trim().split("\n")) {
  const [name, cron, expected] = row.split(" | ") as [string, string, string];
  test(`${name}: ${cron}`, () => {
    const list = expected.split(" ").map((time) => `2026-12-01T${time}:00`);
    const found = slots(cron, "2026-11-30T23:59:59.999Z", list.length + 1);
    assert.equal(found.slice(0, -1), list);
    assert.is(found.at(-1)!.slice(0, 10), "2026-12-02");
  });
}

test("`and` for a job asks for both days, as `+` does for a pattern", () => {
  const both = ["2026-02-13", "2026-03-13", "2026-11-13"];
  assert.equal(dates("0 0 13 * FRI", "2026-01-01T00:00Z", 3, { dayMatch: "and" }), both);
  assert.equal(dates("0 0 13 * +FRI", "2026-01-01T00:00Z", 3), both);
  assert.equal(dates("0 0 * * FRI", "2026-01-01T00:00Z", 1, { dayMatch: "and" }), ["2026-01-02"]);
});

test("every day from 1970 to 2100 comes once, and 29 February 32 times", () => {
  const days = dates("0 0 * * *", "1969-12-31T23:59:59Z", 47_483);
  assert.is(days.at(-1), "2100-01-01");
  assert.is(new Set(days).size, days.length);
  assert.is(days.filter((day) => day.endsWith("-02-29")).length, 32);
  const months = dates("0 0 L * *", "1970-01-01T00:00Z", 131 * 12);
  assert.is(months.at(-1), "2100-12-31");
});

test("a pattern of 5 fields fires at second 0, of 6 when it says", () => {
  assert.equal(slots("30 8 * * *", "2026-12-01T00:00Z", 1), ["2026-12-01T08:30:00"]);
  assert.equal(slots("7 30 8 * * *", "2026-12-01T00:00Z", 1), ["2026-12-01T08:30:07"]);
});

test("a date that no year has is refused", () => {
  for (const cron of ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 L-29 2 *", "0 0 31W 6 *"]) {
    assert.equal(codes(cron), ["SCHEDULE_NEVER"], cron);
  }
  assert.equal(codes("0 0 8-31 * +MON#1"), ["SCHEDULE_NEVER"]);
  assert.equal(codes("0 0 30 2 MON"), [], "a Monday will do");
});

/** Things that stand in a field where they may not, and texts with too few or too many fields. */
const REFUSED = `
60 * * * *;* 24 * * *;* * 0 * *;* * 32 * *;* * * 0 *;* * * 13 *;* * * * 8;1, * * * *;-1 * * * *
*/0 * * * *;*/61 * * * *;1-2-3 * * * *;1.5 * * * *;* * * * MON#6;* * * * MON#0;* * 32W * *;* * 0W * *
* * W * *;* * L-31 * *;* * * FEB-XYZ *;* * * * Monday;JAN * * * *;@reboot;@;* * * *;* * * * * * *
`;

test("what is no pattern is refused, and nothing is guessed", () => {
  for (const cron of ["", ...REFUSED.trim().split(/[;\n]/)]) {
    assert.equal(codes(cron), ["SCHEDULE_CRON"], cron);
  }
});

test.run();
