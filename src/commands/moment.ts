import type { Instant } from "../clock/time.ts";
import { parseDuration } from "../config/duration.ts";
import { readDateTime } from "../schedule/datetime.ts";
import type { Zone } from "../schedule/zone.ts";

/** How a moment is written on the command line, for help texts and complaints. */
export const MOMENT_FORMS = "2026-12-01, 2026-12-01T09:00, now, +2d or -12h";

/**
 * Reads a moment: a date or date-time (local in `zone` unless it has an offset), `now`, or a duration
 * after or before `base`. ms UTC; undefined when it is none.
 */
export function readMoment(
  text: string,
  { zone, now, base }: { zone: Zone; now: Instant; base: Instant },
): Instant | undefined {
  if (text === "now") return now;
  const [, sign, words] = /^([+-])(.+)$/.exec(text) ?? [];
  if (words === undefined) return readDateTime(text, zone);
  const ms = parseDuration(words);
  return ms === undefined ? undefined : base + (sign === "-" ? -ms : ms);
}
