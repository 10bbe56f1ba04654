import { clockTime, timesOf } from "./changes.ts";
import { spreadOf } from "./compile.ts";
import type { Instant, ScheduleSpec } from "./schedule.ts";
import { zoneNamed } from "./zone.ts";

/** What a change of the clock did to a slot, in a few words; undefined when it did nothing. */
export function markOf(spec: ScheduleSpec, slot: Instant): string | undefined {
  const zone = zoneNamed(spec.timezone);
  if (!zone || spec.every !== undefined) return undefined;
  const nominal = slot - spreadOf(spec);
  const span = zone.spanAt(nominal);
  const local = nominal + span.offset;
  const afterGap = nominal === span.start && span.before < span.offset;
  const secondPass = span.before > span.offset && local < span.start + span.before;
  const firstPass = span.after < span.offset && local >= span.end + span.after;
  // Nearly all slots are near no change, and the times of a schedule take time to work out.
  if (!afterGap && !secondPass && !firstPass) return undefined;
  const times = timesOf(spec, zone);
  const fits = times.filter(({ next }) => next(local - 1) === local);
  if (afterGap && fits.length === 0) {
    const gap = span.start + span.before;
    const meant = times.map(({ next }) => next(gap - 1) ?? Infinity);
    const first = Math.min(...meant);
    return first < local ? `moved: ${clockTime(first)} does not exist` : undefined;
  }
  if (secondPass) return fits.length > 0 ? "second of two" : undefined;
  if (!firstPass || fits.length === 0) return undefined;
  const both = fits.some(({ rule }) => rule.overlap === "both");
  return both ? "first of two" : "first pass only";
}
