import type { Instant, Schedule } from "./schedule.ts";

/** No slot before this instant is looked for: 1900-01-01T00:00:00Z. */
const EARLIEST: Instant = -2_208_988_800_000;

/** The slots after `from` and up to `until`, which is among them when it is one. Computed one by one. */
export function* slotsBetween(
  schedule: Schedule,
  from: Instant,
  until: Instant,
): Generator<Instant, void, undefined> {
  let slot = schedule.next(from);
  while (slot !== undefined && slot <= until) {
    yield slot;
    slot = schedule.next(slot);
  }
}

/** How many slots `slotsBetween` would give. */
export function countBetween(schedule: Schedule, from: Instant, until: Instant): number {
  if (until <= from) return 0;
  const { every } = schedule;
  if (every) return multiplesUpTo(until, every) - multiplesUpTo(from, every);
  let count = 0;
  for (const _ of slotsBetween(schedule, from, until)) count += 1;
  return count;
}

/**
 * The last slot that is not after `instant`, or undefined when there is none since 1900. Takes a number of
 * steps that grows with the logarithm of the distance, not with the number of slots.
 */
export function lastAtOrBefore(schedule: Schedule, instant: Instant): Instant | undefined {
  const { every } = schedule;
  if (every) return every.anchor + multiplesUpTo(instant, every) * every.interval;
  const found = someSlotBefore(schedule, instant);
  return found === undefined ? undefined : lastFrom(schedule, found, instant);
}

function multiplesUpTo(instant: Instant, { anchor, interval }: NonNullable<Schedule["every"]>) {
  return Math.floor((instant - anchor) / interval);
}

/** Looks back over twice the time at each step. */
function someSlotBefore(schedule: Schedule, instant: Instant): Instant | undefined {
  for (let back = 1000; ; back *= 2) {
    const from = Math.max(instant - back, EARLIEST);
    const slot = schedule.next(from);
    if (slot !== undefined && slot <= instant) return slot;
    if (from <= EARLIEST) return undefined;
  }
}

/** `slot` is one; nothing is after `none`. Halves the time between them until nothing is left. */
function lastFrom(schedule: Schedule, slot: Instant, none: Instant): Instant {
  let [last, end] = [slot, none];
  while (last < end) {
    const middle = last + Math.floor((end - last) / 2);
    const next = schedule.next(middle);
    if (next !== undefined && next <= end) last = next;
    else end = middle;
  }
  return last;
}
