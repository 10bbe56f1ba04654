import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compareSlots } from "../../src/review/compare.ts";
import { addSlots, createMinutes, MINUTE_MS } from "../../src/review/minutes.ts";
import { compileSchedule } from "../../src/schedule/compile.ts";
import type { Schedule, ScheduleSpec } from "../../src/schedule/schedule.ts";
import { slotsBetween } from "../../src/schedule/window.ts";

const test = suite("slots gained, lost and moved");

function scheduleOf(spec: ScheduleSpec): Schedule {
  const compiled = compileSchedule(spec);
  if ("schedule" in compiled) return compiled.schedule;
  throw new Error(compiled.problems[0]!.message);
}

const DAY_MS = 86_400_000;
const berlin = (cron: string) => scheduleOf({ timezone: "Europe/Berlin", cron: [cron] });
const days = (from: string, count: number) => {
  const start = Date.parse(`${from}T00:00:00Z`);
  return { from: start, to: start + count * DAY_MS };
};

test("a job that comes an hour later moves, day by day, and loses nothing else", () => {
  const window = days("2026-12-01", 30);
  const changes = compareSlots(berlin("0 4 * * *"), berlin("0 5 * * *"), window);
  const { gained, lost, moved, movedBy } = changes;
  assert.equal([gained, lost, moved, movedBy], [30, 30, 30, { least: 3_600_000, most: 3_600_000 }]);
  assert.equal(changes.first, { slot: Date.parse("2026-12-01T03:00Z"), kind: "lost" });
});

test("across midnight each slot is paired with the nearer one, not with the one of its day", () => {
  const utc = (cron: string) => scheduleOf({ timezone: "UTC", cron: [cron] });
  const changes = compareSlots(utc("0 23 * * *"), utc("0 1 * * *"), days("2026-12-01", 10));
  assert.equal([changes.gained, changes.lost, changes.moved], [10, 10, 9]);
  assert.equal(changes.movedBy, { least: 7_200_000, most: 7_200_000 });
});

test("nothing moves past a slot that is the same in both", () => {
  const three = scheduleOf({ timezone: "UTC", cron: ["0 8,12 * * *"] });
  const other = scheduleOf({ timezone: "UTC", cron: ["0 12,18 * * *"] });
  const { gained, lost, moved } = compareSlots(three, other, days("2026-12-01", 1));
  assert.equal([gained, lost, moved], [1, 1, 0]);
});

test("another zone moves slots by what the zones differ, on each side of daylight saving", () => {
  const cron = ["0 9 * * *"];
  const from = scheduleOf({ timezone: "Europe/Berlin", cron });
  const to = scheduleOf({ timezone: "Asia/Tokyo", cron });
  const { moved, movedBy } = compareSlots(from, to, days("2026-10-20", 10));
  assert.is(moved, 10);
  assert.equal(movedBy, { least: -8 * 3_600_000, most: -7 * 3_600_000 });
});

test("without one of the schedules all slots are gained or lost, without counting them", () => {
  const second = scheduleOf({ timezone: "UTC", every: 1000 });
  const year = days("2026-01-01", 365);
  const gained = compareSlots(undefined, second, year);
  assert.equal([gained.gained, gained.lost, gained.after], [31_536_000, 0, 31_536_000]);
  assert.equal(gained.first, { slot: year.from, kind: "gained" });
  assert.is(compareSlots(second, undefined, year).lost, 31_536_000);
  const past = scheduleOf({ timezone: "UTC", at: ["2020-01-01"] });
  const nothing = { before: 0, after: 0, gained: 0, lost: 0, moved: 0 };
  assert.equal(compareSlots(undefined, past, year), nothing);
});

const ZONES = ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo"];
const spec: fc.Arbitrary<ScheduleSpec> = fc
  .record({
    timezone: fc.constantFrom(...ZONES),
    kind: fc.oneof(
      fc.record({ every: fc.constantFrom(7, 600, 900, 3600).map((s) => s * 1000) }),
      fc.record({
        cron: fc.array(
          fc.constantFrom(
            "30 2 * * *",
            "*/20 1-3 * * *",
            "15 * * * *",
            "0 12 * * 1",
            "10 0 2 * * *",
          ),
          { minLength: 1, maxLength: 2 },
        ),
      }),
      fc.record({ at: fc.constant(["2026-03-29T02:30:00", "2026-10-25T02:30:00"]) }),
    ),
    more: fc.record(
      {
        spread: fc.constantFrom(60_000, 600_000),
        starts: fc.constantFrom("2026-03-29", "2026-10-25T02:00"),
        ends: fc.constantFrom("2026-10-26", "2026-12-01T10:00"),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ timezone, kind, more }) => ({ timezone, ...kind, ...more, job: "a-job" }));
const window = fc
  .record({
    from: fc.constantFrom("2026-03-28T12:00Z", "2026-10-24T23:30:10Z", "2026-04-04T10:00Z"),
    hours: fc.integer({ min: 0, max: 72 }),
  })
  .map(({ from, hours }) => ({ from: Date.parse(from), to: Date.parse(from) + hours * 3_600_000 }));

test("gained and lost are the differences of the two sets of slots, whatever the schedules", () => {
  fc.assert(
    fc.property(spec, spec, window, (a, b, { from, to }) => {
      const [before, after] = [scheduleOf(a), scheduleOf(b)];
      const [old, now] = [before, after].map((one) => new Set(slotsBetween(one, from - 1, to - 1)));
      const changes = compareSlots(before, after, { from, to });
      const [lost, gained] = [old!.difference(now!), now!.difference(old!)];
      assert.equal([changes.before, changes.after], [old!.size, now!.size]);
      assert.equal([changes.lost, changes.gained], [lost.size, gained.size]);
      const first = Math.min(...lost, ...gained);
      assert.is(changes.first?.slot ?? Infinity, first);
      if (changes.first) assert.is(changes.first.kind, lost.has(first) ? "lost" : "gained");
      assert.ok(changes.moved <= Math.min(lost.size, gained.size));
    }),
    { numRuns: 300 },
  );
});

test("slots by the minute are those that an enumeration gives, also of seconds", () => {
  fc.assert(
    fc.property(spec, window, (one, { from, to }) => {
      const schedule = scheduleOf(one);
      const minutes = createMinutes({ from, to });
      addSlots(schedule, [{ minutes, weight: 3 }]);
      const expected = createMinutes({ from, to });
      for (const slot of slotsBetween(schedule, from - 1, to - 1)) {
        expected.counts[Math.floor((slot - expected.start) / MINUTE_MS)]! += 3;
      }
      assert.equal([...minutes.counts], [...expected.counts]);
    }),
    { numRuns: 150 },
  );
});

test.run();
