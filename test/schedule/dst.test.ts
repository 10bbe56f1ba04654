import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileSchedule } from "../../src/schedule/compile.ts";
import { formatLocal } from "../../src/schedule/datetime.ts";
import { scheduleWarnings } from "../../src/schedule/warnings.ts";
import { zoneNamed } from "../../src/schedule/zone.ts";

const test = suite("daylight saving");

/** Zone, pattern, from (UTC), the slots that follow as the zone's wall clock shows them. */
type Row = [zone: string, pattern: string, from: string, slots: string[]];

const ROWS: Record<string, Row> = {
  "Berlin 2026-03-29, a fixed time in the gap fires once at its end": [
    "Europe/Berlin",
    "30 2 * * *",
    "2026-03-28T12:00Z",
    ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"],
  ],
  "Berlin 2026-10-25, a fixed time in the overlap fires in the first pass": [
    "Europe/Berlin",
    "30 2 * * *",
    "2026-10-24T12:00Z",
    ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"],
  ],
  "Berlin 2026-10-25, an hourly rhythm fires in both passes": [
    "Europe/Berlin",
    "30 * * * *",
    "2026-10-24T23:45Z",
    ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T03:30:00+01:00"],
  ],
  "Berlin 2026-03-29, an hourly rhythm skips what does not exist": [
    "Europe/Berlin",
    "30 * * * *",
    "2026-03-28T23:45Z",
    ["2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00"],
  ],
  "Berlin 2026-03-29, a rhythm within hours fires once for all that falls in the gap": [
    "Europe/Berlin",
    "*/20 2 * * *",
    "2026-03-28T12:00Z",
    ["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"],
  ],
  "Berlin 2026-10-25, a rhythm within hours fires in both passes": [
    "Europe/Berlin",
    "*/30 2 * * *",
    "2026-10-24T12:00Z",
    [
      "2026-10-25T02:00:00+02:00",
      "2026-10-25T02:30:00+02:00",
      "2026-10-25T02:00:00+01:00",
      "2026-10-25T02:30:00+01:00",
    ],
  ],
  "Berlin 2026-10-25, a list of fixed hours fires in the first pass": [
    "Europe/Berlin",
    "0 2,3 * * *",
    "2026-10-24T12:00Z",
    ["2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00"],
  ],
  "Lord Howe 2026-10-04, half an hour is lost": [
    "Australia/Lord_Howe",
    "15 2 * * *",
    "2026-10-03T00:00Z",
    ["2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"],
  ],
  "Lord Howe 2026-04-05, half an hour comes twice": [
    "Australia/Lord_Howe",
    "*/15 * * * *",
    "2026-04-04T14:25Z",
    [
      "2026-04-05T01:30:00+11:00",
      "2026-04-05T01:45:00+11:00",
      "2026-04-05T01:30:00+10:30",
      "2026-04-05T01:45:00+10:30",
      "2026-04-05T02:00:00+10:30",
    ],
  ],
  "Cairo 2026-04-24, midnight does not exist": [
    "Africa/Cairo",
    "0 0 * * *",
    "2026-04-23T12:00Z",
    ["2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"],
  ],
  "Apia 2011-12-30, a whole day does not exist": [
    "Pacific/Apia",
    "0 12 * * *",
    "2011-12-29T00:00Z",
    ["2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"],
  ],
  "Kathmandu has no daylight saving and an odd offset": [
    "Asia/Kathmandu",
    "0 9 * * *",
    "2026-03-28T12:00Z",
    ["2026-03-29T09:00:00+05:45"],
  ],
};

for (const [name, [timezone, pattern, from, expected]] of Object.entries(ROWS)) {
  test(name, () => {
    const compiled = compileSchedule({ timezone, cron: [pattern] });
    if ("problems" in compiled) throw new Error(JSON.stringify(compiled.problems));
    const shown: string[] = [];
    let slot: number | undefined = Date.parse(from);
    for (const _ of expected) {
      slot = compiled.schedule.next(slot);
      if (slot === undefined) break;
      shown.push(formatLocal(slot, zoneNamed(timezone)!));
    }
    assert.equal(shown, expected);
  });
}

test("the author is warned of slots that a shift moves or doubles within a year", () => {
  const spec = { timezone: "Europe/Berlin", cron: ["30 2 * * *", "30 * * * *", "0 9 * * *"] };
  const compiled = compileSchedule(spec);
  if ("problems" in compiled) throw new Error("unexpected");
  const warnings = scheduleWarnings(spec, compiled.schedule, Date.parse("2026-06-01T00:00Z"));
  assert.equal(
    warnings.map(({ code, index, level }) => [code, index, level]),
    [
      ["SCHEDULE_DST", 0, "warning"],
      ["SCHEDULE_DST", 0, "warning"],
    ],
  );
  assert.match(warnings[0]!.message, "2026-10-25 02:30:00 comes twice");
  assert.match(warnings[1]!.message, "2027-03-28 02:30:00 does not exist");
});

test.run();
