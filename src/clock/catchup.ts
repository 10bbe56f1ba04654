import type { Instant, Schedule } from "../schedule/schedule.ts";

/** What becomes of slots whose time passed with no clock leading. */
export interface CatchUp {
  /** The slot to fire late. */
  fire: Instant | undefined;
  /** Slots that will not be fired, and why. */
  missed: MissedSlots[];
  /** The first slot after `now`. */
  next: Instant | undefined;
}

export interface MissedSlots {
  count: number;
  first: Instant;
  last: Instant;
  reason: string;
}

/** A fire later than this is of no use to anybody. ms. */
const WITHIN_MS = 24 * 3_600_000;

/**
 * Of the slots from `first` to `now`, fires the latest one if it is less than 24 hours old. The
 * others are missed: what runs every few seconds need not run a thousand times after an outage.
 */
export function catchUp(schedule: Schedule, first: Instant, now: Instant): CatchUp {
  let latest = first;
  let before: Instant | undefined;
  let count = 1;
  let next = schedule.next(first);
  while (next !== undefined && next <= now) {
    before = latest;
    latest = next;
    count++;
    next = schedule.next(latest);
  }
  if (now - latest > WITHIN_MS) {
    const reason = "older than 24 h";
    return { fire: undefined, missed: [{ count, first, last: latest, reason }], next };
  }
  if (before === undefined) return { fire: latest, missed: [], next };
  const reason = "only the latest is caught up";
  return { fire: latest, missed: [{ count: count - 1, first, last: before, reason }], next };
}
