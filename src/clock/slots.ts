import type { Instant, Schedule } from "../schedule/schedule.ts";
import { countBetween, lastAtOrBefore } from "../schedule/window.ts";

export interface Counted {
  /** Of all slots when `complete`; otherwise fewer than there are. */
  count: number;
  first: Instant;
  last: Instant;
  complete: boolean;
  /** How many slots had to be worked out one by one. */
  steps: number;
}

/**
 * Counts the slots after `after` and up to `until`. Undefined when there is none. Intervals are
 * counted by arithmetic; other slots one by one, at most `most` of them and one.
 */
export function countSlots(
  schedule: Schedule,
  after: Instant,
  until: Instant,
  most: number,
): Counted | undefined {
  if (after >= until) return undefined;
  const first = schedule.next(after);
  if (first === undefined || first > until) return undefined;
  if (schedule.every) {
    const count = countBetween(schedule, after, until);
    return { count, first, last: lastAtOrBefore(schedule, until)!, complete: true, steps: 0 };
  }
  let last = first;
  for (let count = 1; ; count++) {
    const next = schedule.next(last);
    if (next === undefined || next > until) {
      return { count, first, last, complete: true, steps: count };
    }
    if (count >= most) {
      // Without what lies between, but with the last one.
      const [end] = newestSlots(schedule, last, until, 1);
      const complete = end === next;
      return { count: count + 1, first, last: end!, complete, steps: count };
    }
    last = next;
  }
}

/**
 * The newest slots after `after` and up to `until`, at most `most` (1 or more), ascending. The time
 * it takes grows with `most`, and with the logarithm of what there is besides.
 */
export function newestSlots(
  schedule: Schedule,
  after: Instant,
  until: Instant,
  most: number,
): Instant[] {
  const { every } = schedule;
  if (every) return multiples(lastAtOrBefore(schedule, until)!, every.interval, after, most);
  const slots: Instant[] = [];
  let slot = schedule.next(after);
  while (slot !== undefined && slot <= until) {
    if (slots.length >= MOST_IN_VAIN + 2 * most) {
      // Too many to go through: those of the second half, and only if they are too few, of the first.
      const middle = after + Math.floor((until - after) / 2);
      const newer = newestSlots(schedule, middle, until, most);
      const missing = most - newer.length;
      if (missing === 0) return newer;
      return [...newestSlots(schedule, after, middle, missing), ...newer];
    }
    slots.push(slot);
    slot = schedule.next(slot);
  }
  return slots.slice(-most);
}

/** Slots that may be worked out and not used before a shorter way is tried. */
const MOST_IN_VAIN = 64;

function multiples(last: Instant, interval: number, after: Instant, most: number): Instant[] {
  const count = Math.min(most, Math.max(0, Math.ceil((last - after) / interval)));
  return Array.from({ length: count }, (_, index) => last - (count - 1 - index) * interval);
}
