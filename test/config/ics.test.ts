import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type IcsDays, readIcs } from "../../src/config/ics.ts";

const test = suite("calendar files");

const event = (...lines: string[]) =>
  ["BEGIN:VEVENT", "UID:1", ...lines, "END:VEVENT"].join("\r\n");
const file = (...parts: string[]) => ["BEGIN:VCALENDAR", ...parts, "END:VCALENDAR"].join("\r\n");

function read(text: string): IcsDays {
  const found = readIcs(text);
  if ("problem" in found) throw new Error(found.problem);
  return found;
}

const dateOf = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** Days as `2026-12-24` or `2026-12-24..2026-12-26`. */
function days(...lines: string[]): string[] {
  const { ranges, events } = read(file(event(...lines)));
  assert.equal(events, []);
  return ranges.map(([first, last]) => [...new Set([first, last])].map(dateOf).join(".."));
}

/** Moments as `2026-12-24T22:00Z + 90m`. */
function moments(...lines: string[]): string[] {
  const { ranges, events } = read(file(event(...lines)));
  assert.equal(ranges, []);
  return events.map(([from, to]) => {
    return `${new Date(from).toISOString().slice(0, 16)}Z + ${(to - from) / 60_000}m`;
  });
}

const ONE_HOUR = ["DTSTART;TZID=Europe/Berlin:20260101T003000", "DURATION:PT1H"];

test("a whole-day event is its days, its end is not in it", () => {
  assert.equal(days("DTSTART;VALUE=DATE:20261224"), ["2026-12-24"]);
  const two = ["DTSTART;VALUE=DATE:20261225", "DTEND;VALUE=DATE:20261227"];
  assert.equal(days(...two), ["2026-12-25..2026-12-26"]);
});

test("a time without a zone is the same on every wall clock", () => {
  const start = "DTSTART:20261224T220000";
  assert.equal(days(start, "DTEND:20261225T000000"), ["2026-12-24"]);
  assert.equal(days(start, "DTEND:20261225T000100"), ["2026-12-24..2026-12-25"]);
  assert.equal(days(start), ["2026-12-24"]);
});

test("a time in a zone is a moment, in UTC, in an IANA zone or in one of the file's own", () => {
  assert.equal(moments("DTSTART:20261224T220000Z", "DURATION:PT90M"), ["2026-12-24T22:00Z + 90m"]);
  assert.equal(moments(...ONE_HOUR), ["2025-12-31T23:30Z + 60m"]);
  const zone = [
    "BEGIN:VTIMEZONE",
    "TZID:The office",
    "BEGIN:STANDARD",
    "DTSTART:20000101T000000",
    "TZOFFSETFROM:+0530",
    "TZOFFSETTO:+0530",
    "END:STANDARD",
    "END:VTIMEZONE",
  ].join("\r\n");
  const text = file(zone, event("DTSTART;TZID=The office:20260101T053000", "DURATION:PT1H"));
  const start = Date.parse("2026-01-01T00:00Z");
  assert.equal(read(text).events, [[start, start + 3_600_000]]);
});

test("a repeated event is on all its days, up to the year 2100", () => {
  const weekly = days("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=WEEKLY;COUNT=3");
  assert.equal(weekly, ["2026-01-01", "2026-01-08", "2026-01-15"]);
  const yearly = days("DTSTART;VALUE=DATE:20260525", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO");
  assert.is(yearly.length, 75);
  assert.equal([yearly[1], yearly.at(-1)], ["2027-05-31", "2100-05-31"]);
  const christmas = days("DTSTART;VALUE=DATE:20251225", "RRULE:FREQ=YEARLY");
  assert.equal([christmas.length, christmas.at(-1)], [76, "2100-12-25"]);
  const others = days("DTSTART;VALUE=DATE:20260101", "RDATE;VALUE=DATE:20260301,20260401");
  assert.equal(others, ["2026-01-01", "2026-03-01", "2026-04-01"]);
});

test("a repetition in a zone keeps its time of day across a change of the clock", () => {
  const start = "DTSTART;TZID=Europe/Berlin:20260327T090000";
  assert.equal(moments(start, "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"), [
    "2026-03-27T08:00Z + 60m",
    "2026-03-28T08:00Z + 60m",
    "2026-03-29T07:00Z + 60m",
  ]);
});

test("dates that are excluded are none, however they are written", () => {
  const four = ["DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY;COUNT=4"];
  const rest = ["2026-01-01", "2026-01-03", "2026-01-04"];
  assert.equal(days(...four, "EXDATE;VALUE=DATE:20260102"), rest);
  assert.equal(days(...four, "EXDATE;VALUE=DATE:20260101,20260102"), rest.slice(1));
  for (const excluded of ["EXDATE;TZID=Europe/Berlin:20260102T003000", "EXDATE:20260101T233000Z"]) {
    assert.equal(
      moments(...ONE_HOUR, "RRULE:FREQ=DAILY;COUNT=3", excluded),
      ["2025-12-31T23:30Z + 60m", "2026-01-02T23:30Z + 60m"],
      excluded,
    );
  }
});

test("a rule's end in UTC is compared with moments, not with wall clocks", () => {
  const until = "RRULE:FREQ=DAILY;UNTIL=20260102T233000Z";
  assert.is(moments(...ONE_HOUR, until).length, 3);
  const before = "RRULE:FREQ=DAILY;UNTIL=20260102T232959Z";
  assert.is(moments(...ONE_HOUR, before).length, 2);
});

test("a single occurrence that is moved or cancelled is where it was moved to, or nowhere", () => {
  const text = file(
    event("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY;COUNT=4"),
    event("RECURRENCE-ID;VALUE=DATE:20260102", "DTSTART;VALUE=DATE:20260202"),
    event("RECURRENCE-ID;VALUE=DATE:20260103", "DTSTART;VALUE=DATE:20260103", "STATUS:CANCELLED"),
  );
  const found = read(text).ranges.map(([first]) => dateOf(first));
  assert.equal(found, ["2026-01-01", "2026-02-02", "2026-01-04"]);
  assert.equal(days("DTSTART;VALUE=DATE:20260101", "STATUS:CANCELLED"), []);
});

test("holidays that are shown as free time close their days all the same", () => {
  assert.equal(days("DTSTART;VALUE=DATE:20260101", "TRANSP:TRANSPARENT"), ["2026-01-01"]);
});

test("a rule without an end, or that is never met, does not go on for ever", () => {
  const start = performance.now();
  const endless = read(file(event("DTSTART:20260101T000000Z", "RRULE:FREQ=SECONDLY")));
  assert.is(endless.events.length, 100_000);
  assert.ok(endless.cut);
  for (const [freq, cut] of [
    ["SECONDLY", true],
    ["DAILY", false],
  ] as const) {
    const rule = `RRULE:FREQ=${freq};BYMONTH=2;BYMONTHDAY=30`;
    const never = read(file(event("DTSTART:20260101T000000Z", rule)));
    assert.ok(never.events.length <= 1, freq);
    assert.is(never.cut, cut, freq);
  }
  assert.ok(performance.now() - start < 10_000);
});

test("two events share what a file may have", () => {
  const many = event("DTSTART:20260101T000000Z", "RRULE:FREQ=SECONDLY;COUNT=60000");
  const { events, cut } = read(file(many, many.replace("UID:1", "UID:2")));
  assert.is(events.length, 100_000);
  assert.ok(cut);
});

const BROKEN: Record<string, [string, RegExp]> = {
  "a page of a web site": ["<!doctype html>\n<p>Not found</p>", /invalid line/],
  "an empty file": ["", /no VCALENDAR/],
  "another kind of file": ["BEGIN:VCARD\r\nEND:VCARD", /no VCALENDAR/],
  "a file that was cut off": ["BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", /did not end/],
  "an event without a date": [file(event("SUMMARY:Feast")), /^event Feast: it has no DTSTART/],
  "a date that does not exist": [
    file(event("DTSTART;VALUE=DATE:20260230")),
    /^event 1: 2026-02-30 is no date/,
  ],
  "a zone that nobody knows": [
    file(event("DTSTART;TZID=Nowhere/Land:20260101T000000")),
    /Nowhere\/Land is no time zone/,
  ],
  "a rule that is none": [
    file(event("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=OFTEN")),
    /invalid frequency/,
  ],
};

for (const [name, [text, expected]] of Object.entries(BROKEN)) {
  test(`${name} is a problem that says so`, () => {
    const found = readIcs(text);
    assert.match("problem" in found ? found.problem : "none", expected);
  });
}

test.run();
