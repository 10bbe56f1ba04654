import { dayOf } from "./datetime.ts";
import type { Calendar, Instant } from "./schedule.ts";
import type { Zone } from "./zone.ts";

/** From the first to the last day, both in it. Days since 1970-01-01, as in `Calendar`. */
export type DayRange = readonly [first: number, last: number];

/** Everything that a calendar closes. */
export interface Closing {
  ranges: readonly DayRange[];
  /** 0 is Sunday, 6 Saturday. */
  weekdays: readonly number[];
  /** From an instant up to, not including, another: which days that touches depends on the zone. */
  events: readonly (readonly [start: Instant, end: Instant])[];
}

const DAY_MS = 86_400_000;

/**
 * The days that are closed on the wall clock of `zone`. Answers take some ns, however many ranges
 * there are and however they overlap.
 */
export function createCalendar({ ranges, weekdays, events }: Closing, zone: Zone): Calendar {
  const touched = events.map(([start, end]): DayRange => {
    // An event without length is on the day of its start.
    return [dayOf(start, zone), dayOf(Math.max(end - 1, start), zone)];
  });
  const { firsts, lasts } = disjoint([...ranges, ...touched]);
  const closedWeekdays = Array.from({ length: 7 }, (_, weekday) => weekdays.includes(weekday));
  return {
    closes(day) {
      // 1970-01-01 was a Thursday.
      if (closedWeekdays[(((day + 4) % 7) + 7) % 7]) return true;
      const index = lastNotAfter(firsts, day);
      return index >= 0 && day <= lasts[index]!;
    },
  };
}

/** The day that a date such as `2026-12-25` means; undefined when there is no such date. */
export function readDay(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!match) return undefined;
  const ms = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return new Date(ms).toISOString().slice(0, 10) === text ? ms / DAY_MS : undefined;
}

/** The same days as ranges in ascending order that do not touch. */
function disjoint(ranges: readonly DayRange[]): { firsts: number[]; lasts: number[] } {
  const firsts: number[] = [];
  const lasts: number[] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = lasts.length - 1;
    if (before >= 0 && first <= lasts[before]! + 1) lasts[before] = Math.max(lasts[before]!, last);
    else {
      firsts.push(first);
      lasts.push(last);
    }
  }
  return { firsts, lasts };
}

/** The index of the last number that is not greater, or -1. */
function lastNotAfter(numbers: readonly number[], number: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= number) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
