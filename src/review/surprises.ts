import type { Job } from "../config/config.ts";
import { clockChanges, timesOf, UNMOVED } from "../schedule/changes.ts";
import type { Instant } from "../schedule/schedule.ts";
import { zoneNamed } from "../schedule/zone.ts";
import type { Window } from "./window.ts";

/** A change of a zone's clock that moves, skips or doubles slots of a job. */
export interface Surprise {
  /** The first instant with the new offset. */
  at: Instant;
  /** A sentence without its end. */
  effect: string;
}

/** No zone changes its clock more often than that for long. ms */
const SHORTEST_SPAN = 20 * 86_400_000;

/** What daylight saving does to a job's slots in a window that its author may not expect. */
export function surprisesOf({ spec, schedule }: Job, { from, to }: Window): Surprise[] {
  const zone = zoneNamed(spec.timezone);
  if (!zone || spec.every !== undefined || zone.spanAt(from).end >= to) return [];
  // Nobody is surprised that an hourly rhythm goes on by itself.
  if (!spec.dst && timesOf(spec, zone).every(({ everyHour }) => everyHour)) return [];
  const most = Math.ceil((to - from) / SHORTEST_SPAN) + 1;
  return clockChanges(spec, schedule, from, most)
    .filter(({ at, by, effect }) => at < to && by !== 0 && effect !== UNMOVED)
    .map(({ at, effect }) => ({ at, effect }));
}
