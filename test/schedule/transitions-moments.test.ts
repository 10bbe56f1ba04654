import { suite } from "uvu";
import * as assert from "uvu/assert";
import { iso, scheduleOf, slotsOf } from "./property.ts";
import { SHIFTS, type Shift } from "./shifts.ts";

const test = suite("moments and hashed times at transitions");

const DAY_MS = 86_400_000;

/** What the clock shows at an instant, as it is written in a file. */
function shown(at: number, zone: string): string {
  const wall = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  return wall.toPlainDateTime().toString({ smallestUnit: "second" });
}

/** The size of a shift, ms: positive for a gap. */
function sizeOf({ zone, at, wall }: Shift): number {
  const after = Temporal.PlainDateTime.from(shown(at, zone));
  return wall.until(after).total("milliseconds") - 1000;
}

const GAPS = SHIFTS.filter((shift) => sizeOf(shift) > 0);
const OVERLAPS = SHIFTS.filter((shift) => sizeOf(shift) < 0);

/** A local time so many ms after the clock showed the shift's last second before. */
function localAfter({ wall }: Shift, ms: number): string {
  return wall.add({ milliseconds: 1000 + ms }).toString({ smallestUnit: "second" });
}

test("an `at` in a gap fires at the first instant after it, or not at all with `gap: skip`", () => {
  assert.ok(GAPS.length >= 50);
  for (const shift of GAPS) {
    const { zone: timezone, at } = shift;
    for (const into of [0, 1000, Math.floor(sizeOf(shift) / 2000) * 1000, sizeOf(shift) - 1000]) {
      const spec = { at: [localAfter(shift, into)], timezone };
      const name = `${timezone} ${spec.at}`;
      assert.equal(slotsOf(scheduleOf(spec), at - DAY_MS, at + DAY_MS), [at], name);
      const skipping = scheduleOf({ ...spec, dst: { gap: "skip" } });
      assert.is(skipping.next(at - DAY_MS), undefined, name);
    }
    const first = scheduleOf({ at: [shown(at, timezone)], timezone, dst: { gap: "skip" } });
    assert.is(first.next(at - DAY_MS), at, `${timezone} ${shown(at, timezone)}`);
  }
});

test("an `at` that comes twice fires in the first pass, or in both with `overlap: both`", () => {
  assert.ok(OVERLAPS.length >= 50);
  for (const shift of OVERLAPS) {
    const { zone: timezone, at } = shift;
    const size = -sizeOf(shift);
    for (const before of [size, Math.floor(size / 2000) * 1000, 1000]) {
      const spec = { at: [shown(at - before, timezone)], timezone };
      const both = { ...spec, dst: { overlap: "both" as const } };
      const [from, until] = [at - DAY_MS, at + DAY_MS];
      const passes = [at - before, at - before + size];
      const name = `${timezone} ${spec.at}`;
      assert.equal(slotsOf(scheduleOf(spec), from, until), passes.slice(0, 1), name);
      assert.equal(slotsOf(scheduleOf(both), from, until), passes, name);
    }
    const once = scheduleOf({ at: [localAfter(shift, 0)], timezone, dst: { overlap: "both" } });
    assert.equal(slotsOf(once, at - DAY_MS, at + DAY_MS), [at + size], timezone);
  }
});

test("`starts`, `ends` and `anchor` in a gap mean the first instant after it", () => {
  for (const shift of GAPS) {
    const { zone: timezone, at } = shift;
    const local = localAfter(shift, Math.floor(sizeOf(shift) / 2000) * 1000);
    const seconds = { every: 1000, timezone };
    const name = `${timezone} ${local}`;
    assert.is(scheduleOf({ ...seconds, starts: local }).next(at - DAY_MS), at, name);
    const ended = scheduleOf({ ...seconds, ends: local });
    assert.is(ended.next(at - 2000), at - 1000, name);
    assert.is(ended.next(at - 1000), undefined, name);
    const daily = scheduleOf({ every: DAY_MS, timezone, anchor: local });
    assert.is(daily.next(at - 1), at, name);
  }
});

test("a date alone is the first instant of its day, wherever midnight went", () => {
  const days: [zone: string, date: string, instant: string][] = [
    ["Africa/Cairo", "2026-04-24", "2026-04-24T01:00+03:00"],
    ["Asia/Beirut", "2026-03-29", "2026-03-29T01:00+03:00"],
    ["America/Santiago", "2026-09-06", "2026-09-06T01:00-03:00"],
    ["America/Havana", "2026-11-01", "2026-11-01T00:00-04:00"],
    ["Asia/Beirut", "2026-10-25", "2026-10-25T00:00+02:00"],
    ["America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00-02:00"],
    ["Pacific/Apia", "2011-12-30", "2011-12-31T00:00+14:00"],
    ["Pacific/Kwajalein", "1993-08-21", "1993-08-22T00:00+12:00"],
    ["Europe/Berlin", "2026-03-29", "2026-03-29T00:00+01:00"],
  ];
  for (const [timezone, date, instant] of days) {
    const starts = scheduleOf({ every: 1000, timezone, starts: date });
    assert.is(iso(starts.next(0)!), iso(Date.parse(instant)), `${timezone} ${date}`);
    const at = scheduleOf({ at: [date], timezone });
    assert.is(iso(at.next(0)!), iso(Date.parse(instant)), `${timezone} ${date}`);
  }
});

const BERLIN = { timezone: "Europe/Berlin", job: "reports" };
const GAP = Date.parse("2026-03-29T01:00Z");
const OVERLAP = Date.parse("2026-10-25T01:00Z");

function around(shift: number, cron: string): string[] {
  const slots = slotsOf(
    scheduleOf({ ...BERLIN, cron: [cron] }),
    shift - 7_200_000,
    shift + 7_199_999,
  );
  return slots.map((slot) => shown(slot, BERLIN.timezone).slice(11, 13));
}

test("`H` alone is a fixed time: once for a gap, in the first pass of an overlap", () => {
  for (const minute of ["H", "H(0-29)", "H(10-50)"]) {
    assert.equal(around(GAP, `${minute} 2 * * *`), ["03"], minute);
    assert.equal(around(OVERLAP, `${minute} 2 * * *`), ["02"], minute);
    assert.equal(around(GAP, `${minute} H(2-2) * * *`), ["03"], minute);
    assert.equal(around(OVERLAP, `${minute} H(2-2) * * *`), ["02"], minute);
  }
});

test("`H` with a step is a rhythm, and so is `H` past every hour", () => {
  assert.equal(around(GAP, "H/30 2 * * *"), ["03"]);
  assert.equal(around(OVERLAP, "H/30 2 * * *"), ["02", "02", "02", "02"]);
  assert.equal(around(OVERLAP, "H(0-29)/15 2 * * *"), ["02", "02", "02", "02"]);
  assert.equal(around(GAP, "H * * * *"), ["00", "01", "03", "04"]);
  assert.equal(around(OVERLAP, "H * * * *"), ["01", "02", "02", "03"]);
});

test("`H` fires in every month of the year, on days of the job's own", () => {
  const days = new Set<number>();
  const times = new Set<number>();
  for (let index = 0; index < 200; index++) {
    const job = `job-${index}`;
    const spec = { cron: ["H H H * *"], timezone: "UTC", job };
    const slots = slotsOf(scheduleOf(spec), Date.UTC(2026, 0, 1) - 1, Date.UTC(2027, 0, 1) - 1);
    assert.is(slots.length, 12, job);
    days.add(new Date(slots[0]!).getUTCDate());
    times.add(slots[0]! % DAY_MS);
  }
  assert.ok(days.size >= 20, `${days.size} days`);
  assert.ok(times.size >= 150, `${times.size} times of day`);
});

test.run();
