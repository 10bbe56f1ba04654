import fc from "fast-check";
import { readPlain } from "./plain-pattern.ts";
import type { PlainSpec } from "./reference.ts";
import { momentIn, SHIFTS, type Shift, ZONES } from "./shifts.ts";

/** A job, and a window around a shift in which its slots are few enough to walk them all. */
export interface Case {
  spec: PlainSpec;
  from: number;
  until: number;
}

/** Jobs of all kinds whose times of day are near to what the clock shows at the shift. */
export const cases: fc.Arbitrary<Case> = moments().chain((shift) =>
  fc
    .record({
      cron: fc.array(patternNear(shift), { minLength: 1, maxLength: 3 }),
      dayMatch: often<"or" | "and">("or", fc.constant("and")),
      dst: often<NonNullable<PlainSpec["dst"]>>({}, overrides()),
      before: fc.nat(1000),
      after: fc.nat(1000),
    })
    .map(({ cron, dayMatch, dst, before, after }) => {
      const span = spanOf(cron) / 1000;
      const [from, until] = [shift.at - before * span, shift.at + 1000 + after * span];
      return { spec: { cron, timezone: shift.zone, dayMatch, dst }, from, until };
    }),
);

/** Mostly shifts, and any moment from 1970 to 2100. */
function moments(): fc.Arbitrary<Shift> {
  const any = fc.record({
    zone: fc.constantFrom(...ZONES),
    at: fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }),
  });
  const shifts = fc.constantFrom(...SHIFTS);
  return fc.oneof(
    { weight: 6, arbitrary: shifts },
    { weight: 1, arbitrary: any.map(({ zone, at }) => momentIn(zone, at)) },
  );
}

/** How far a window may reach to either side, ms: the more slots a day has, the less far. */
function spanOf(cron: readonly string[]): number {
  const counts = cron.map((text) => {
    const { seconds, minutes, hours } = readPlain(text);
    return seconds.length * minutes.length * hours.length;
  });
  return Math.round((86_400_000 * Math.min(3, 1500 / Math.max(...counts))) / 1000) * 1000;
}

function patternNear({ wall }: Shift): fc.Arbitrary<string> {
  const minute = number(0, 59, [wall.minute, (wall.minute + 1) % 60, 15, 30]);
  const hours = [0, 1, 2, 3].map((ahead) => (wall.hour + ahead) % 24);
  return fc
    .tuple(
      often("", oneOf("0 ", "30 ", "59 ", "0,30 ", "*/20 ", "50-10/7 ", "* ")),
      field(minute, 0, 59, ["*", "?", "0", "*/15", "*/7"]),
      field(number(0, 23, hours), 0, 23, ["*", "?", "*", "*/2", "22-2"]),
      datePart(wall.day),
    )
    .map(([second, ...rest]) => second + rest.join(" "));
}

/** Day of month, month and day of week; mostly every day. */
export function datePart(near: number): fc.Arbitrary<string> {
  const day = number(1, 31, [near]);
  const special = fc.oneof(
    oneOf("L", "LW", "l"),
    day.map((n) => `${n}W`),
    fc.integer({ min: 1, max: 30 }).map((n) => `L-${n}`),
  );
  const days = fc.oneof(
    field(day, 1, 31, ["?", "*/2"]),
    fc.uniqueArray(fc.oneof(day.map(String), special), { minLength: 1, maxLength: 3 }).map(join),
  );
  const names = oneOf("JAN", "mar", "OCT-NOV", "NOV-FEB", "AUG-MAY/3", "?");
  const months = often("*", fc.oneof(names, field(number(1, 12, []), 1, 12, [])));
  return fc
    .tuple(often("*", days), months, often("*", weekdays()))
    .map(([inMonth, month, inWeek]) =>
      // The last days but n cannot be asked for together with a day of the week.
      /L-/.test(inMonth) && inWeek !== "*"
        ? `${inMonth} ${month} *`
        : `${inMonth} ${month} ${inWeek}`,
    );
}

function weekdays(): fc.Arbitrary<string> {
  const day = oneOf("0", "1", "5", "6", "7", "SUN", "fri", "Sat");
  const placed = fc
    .tuple(day, oneOf("#1", "#2", "#3", "#4", "#5", "#L"))
    .map((parts) => parts.join(""));
  const items = fc.oneof(day, placed, oneOf("5L", "1-5", "FRI-MON", "5-7", "1-7/2", "6-2"));
  return fc
    .tuple(
      often("", fc.constant("+")),
      fc.uniqueArray(items, { minLength: 1, maxLength: 2 }).map(join),
    )
    .map((parts) => parts.join(""));
}

/** A number, a list, a range that may run over the end, a range or an open end with steps. */
function field(
  one: fc.Arbitrary<number>,
  low: number,
  high: number,
  others: readonly string[],
): fc.Arbitrary<string> {
  const range = fc.tuple(one, fc.nat(4)).map(([from, more]) => {
    const to = low + ((from - low + more) % (high - low + 1));
    return `${from}-${to}`;
  });
  const step = fc.integer({ min: 1, max: 7 });
  const items = fc.oneof(
    one.map(String),
    range,
    fc.tuple(range, step).map((parts) => parts.join("/")),
    fc.tuple(one, step).map((parts) => parts.join("/")),
  );
  return fc.oneof(
    ...others.map((text) => fc.constant(text)),
    one.map(String),
    one.map(String),
    fc.uniqueArray(items, { minLength: 1, maxLength: 3 }).map(join),
  );
}

function overrides(): fc.Arbitrary<NonNullable<PlainSpec["dst"]>> {
  return fc.record(
    { gap: oneOf("next", "skip"), overlap: oneOf("first", "both") },
    { requiredKeys: [] },
  );
}

/** Any number of a field, and often one of those that matter. */
function number(min: number, max: number, near: readonly number[]): fc.Arbitrary<number> {
  const any = fc.integer({ min, max });
  return near.length === 0
    ? any
    : fc.oneof(any, fc.constantFrom(...near), fc.constantFrom(...near));
}

function often<T>(usual: T, seldom: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: seldom });
}

function oneOf<T extends string>(...texts: T[]): fc.Arbitrary<T> {
  return fc.constantFrom(...texts);
}

function join(items: readonly string[]): string {
  return items.join(",");
}
