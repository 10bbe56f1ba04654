import type { Instant } from "../clock/time.ts";
import { parseDuration } from "../config/duration.ts";
import { readDateTime } from "../schedule/datetime.ts";
import type { Zone } from "../schedule/zone.ts";

/** Years of four digits, with room for every zone: what can be shown as people write it. */
const EARLIEST = Date.UTC(1000, 0, 2);
export const LATEST = Date.UTC(9999, 11, 30);

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
  const ms = words === undefined ? undefined : parseDuration(words);
  if (words !== undefined && ms === undefined) return undefined;
  const moment = ms === undefined ? readDateTime(text, zone) : base + (sign === "-" ? -ms : ms);
  return moment !== undefined && moment > EARLIEST && moment < LATEST ? moment : undefined;
}
