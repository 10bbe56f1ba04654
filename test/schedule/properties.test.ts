import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cases, datePart } from "./arbitrary.ts";
import { readPlain } from "./plain-pattern.ts";
import { always, iso, same, scheduleOf, slotsOf } from "./property.ts";
import { referenceSlots } from "./reference.ts";
import { ZONES } from "./shifts.ts";

const test = suite("any schedule");

const names = fc.string({ unit: fc.constantFrom(..."abc-0._z"), minLength: 1, maxLength: 12 });

test("fires exactly when a slow walk over the wall clock says", () => {
  always(1500, cases, ({ spec, from, until }) => {
    const slots = slotsOf(scheduleOf(spec), from, until);
    same(slots, referenceSlots(spec, from, until));
  });
});

test("answers the same whatever was asked before, and from any instant between two slots", () => {
  const questions = fc.array(fc.tuple(fc.nat(1e9), fc.constantFrom(-1, 0, 1, 499)), {
    minLength: 5,
  });
  always(500, fc.tuple(cases, questions), ([{ spec, from, until }, asked]) => {
    const slots = slotsOf(scheduleOf(spec), from, until);
    const schedule = scheduleOf(spec);
    for (const [place, by] of asked) {
      const after = slots.length === 0 ? from : slots[place % slots.length]! + by;
      const expected = slots.find((slot) => slot > after);
      const slot = schedule.next(after);
      if (expected !== undefined) assert.is(slot, expected, `after ${iso(after)}`);
      else assert.ok(slot === undefined || slot > until, `after ${iso(after)}`);
    }
  });
});

test("shows its pattern on the wall clock, unless a gap ends at that very instant", () => {
  always(400, cases, ({ spec, from, until }) => {
    const patterns = spec.cron.map((text) => readPlain(text, spec.dayMatch));
    for (const slot of slotsOf(scheduleOf(spec), from, until)) {
      const at = Temporal.Instant.fromEpochMilliseconds(slot).toZonedDateTimeISO(spec.timezone);
      const shown = patterns.some(
        ({ seconds, minutes, hours, onDate }) =>
          seconds.includes(at.second) &&
          minutes.includes(at.minute) &&
          hours.includes(at.hour) &&
          onDate(at.toPlainDate()),
      );
      const before = at.subtract({ milliseconds: 1 });
      assert.ok(shown || before.offsetNanoseconds < at.offsetNanoseconds, `${at}`);
    }
  });
});

test("falls on the days that its pattern names, over four years", () => {
  const dates = fc.record({
    pattern: datePart(29).map((days) => `30 12 ${days}`),
    timezone: fc.constantFrom(...ZONES),
    dayMatch: fc.constantFrom("or" as const, "and" as const),
    year: fc.integer({ min: 1970, max: 2096 }),
  });
  always(100, dates, ({ pattern, timezone, dayMatch, year }) => {
    const both = /L-/.test(pattern) ? "or" : dayMatch;
    const spec = { cron: [pattern], timezone, dayMatch: both };
    const [from, until] = [Date.UTC(year, 0, 1), Date.UTC(year + 4, 0, 1)];
    const slots = slotsOf(scheduleOf(spec), from, until);
    same(slots, referenceSlots(spec, from, until));
  });
});

test("loses the slots on closed days and no others, whole days of its own zone", () => {
  const closed = fc.uniqueArray(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 5 });
  always(350, fc.tuple(cases, closed), ([{ spec, from, until }, around]) => {
    const middle = dayOf((from + until) / 2, spec.timezone);
    const closes = (day: number) => around.includes(day - middle);
    const slots = slotsOf(scheduleOf({ ...spec, except: [{ closes }] }), from, until);
    const expected = slotsOf(scheduleOf(spec), from, until).filter(
      (slot) => !closes(dayOf(slot, spec.timezone)),
    );
    same(slots, expected);
  });
});

test("has no slot before `starts` nor from `ends` on, and all of its own between", () => {
  const bounds = fc.tuple(cases, fc.nat(100), fc.nat(100));
  always(250, bounds, ([{ spec, from, until }, left, right]) => {
    const whole = slotsOf(scheduleOf(spec), from, until);
    const [first, last] = [left, right].map((at) => from + ((until - from) * at) / 100);
    const starts = iso(whole.find((slot) => slot >= first!) ?? first!);
    const ends = iso(whole.findLast((slot) => slot >= last!) ?? last!);
    if (ends <= starts) return;
    const slots = slotsOf(scheduleOf({ ...spec, starts, ends }), from, until);
    same(
      slots,
      whole.filter((slot) => iso(slot) >= starts && iso(slot) < ends),
    );
  });
});

test("is shifted as a whole by `spread`, by the same for ever and never further", () => {
  const jobs = fc.tuple(cases, names, fc.integer({ min: 1000, max: 900_000 }));
  always(200, jobs, ([{ spec, from, until }, job, spread]) => {
    const daily = { every: 86_400_000, timezone: "UTC" };
    const by = scheduleOf({ ...daily, job, spread }).next(-1)!;
    assert.ok(by >= 0 && by <= spread, `shifted by ${by} of ${spread}`);
    const shifted = slotsOf(scheduleOf({ ...spec, job, spread }), from + by, until + by);
    same(
      shifted.map((slot) => slot - by),
      slotsOf(scheduleOf(spec), from, until),
    );
  });
});

test("with `H` keeps one value of its own within the range, and steps from there", () => {
  const ranges = fc.record({
    job: names,
    low: fc.integer({ min: 0, max: 40 }),
    more: fc.integer({ min: 0, max: 19 }),
    step: fc.integer({ min: 1, max: 30 }),
  });
  always(300, ranges, ({ job, low, more, step }) => {
    const minutes = (field: string) => {
      const slots = slotsOf(
        scheduleOf({ cron: [`${field} 7 * * *`], timezone: "UTC", job }),
        0,
        2 * 86_400_000,
      );
      const shown = slots.map((slot) => (slot / 60_000) % 60);
      const [one, two] = [shown.slice(0, shown.length / 2), shown.slice(shown.length / 2)];
      assert.equal(one, two, "the same every day");
      return one;
    };
    const high = low + more;
    const [plain, ...others] = minutes(`H(${low}-${high})`);
    assert.ok(plain! >= low && plain! <= high && others.length === 0, `${plain}`);
    for (const [field, from, to] of [
      [`H/${step}`, 0, 59],
      [`H(${low}-${high})/${step}`, low, high],
    ] as const) {
      const [first = -1, ...rest] = minutes(field);
      assert.ok(first >= from && first < from + step && first <= to, `${field}: ${first}`);
      const expected = Array.from({ length: 60 }, (_, n) => first + (n + 1) * step);
      assert.equal(
        rest,
        expected.filter((minute) => minute <= to),
        field,
      );
    }
  });
});

test("of `every` has all whole multiples from its anchor and nothing else", () => {
  const jobs = fc.record({
    every: fc.integer({ min: 1000, max: 40 * 86_400_000 }),
    anchor: fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }),
    after: fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }),
    timezone: fc.constantFrom(...ZONES),
  });
  always(2000, jobs, ({ every, anchor, after, timezone }) => {
    const slot = scheduleOf({ every, anchor: iso(anchor), timezone }).next(after)!;
    assert.ok(slot > after && slot <= after + every);
    // -0 is no different from 0 here.
    assert.is(Math.abs((slot - anchor) % every), 0);
  });
});

function dayOf(instant: number, zone: string): number {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(instant)).toZonedDateTimeISO(zone);
  return at.toPlainDate().toZonedDateTime("UTC").epochMilliseconds / 86_400_000;
}

test.run();
