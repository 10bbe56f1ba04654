import type { Instant, ScheduleSpec } from "./schedule.ts";
import type { Zone } from "./zone.ts";

const FORM =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?([Zz]|[+-]\d\d:?\d\d)?)?$/;

/**
 * Reads an ISO 8601 date or date-time. Without an offset it is local in `zone`: one in a gap means
 * the first instant after the gap, one in an overlap the first pass. A date alone is the first
 * instant of that day. Undefined when it is neither, or is no date of the calendar.
 */
export function readDateTime(text: string, zone: Zone): Instant | undefined {
  const parts = FORM.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = parts;
  const local = Date.UTC(+year!, +month! - 1, +day!, +(hour ?? 0), +(minute ?? 0), +(second ?? 0));
  const written = `${year}-${month}-${day}T${hour ?? "00"}:${minute ?? "00"}:${second ?? "00"}`;
  // Date.UTC carries 31 April over into May; a date that comes out otherwise was none.
  if (new Date(local).toISOString().slice(0, 19) !== written) return undefined;
  const ms = local + Number((fraction ?? "").padEnd(3, "0"));
  if (offset === undefined) return localToInstant(ms, zone);
  const ahead = offsetMs(offset);
  return ahead === undefined ? undefined : ms - ahead;
}

/**
 * The slots of an `at`: one instant, or by the daylight saving rule none (in a gap, `skip`) or two (in
 * an overlap, `both`). Undefined when the text is no date-time.
 */
export function readMoments(
  text: string,
  zone: Zone,
  { gap = "next", overlap = "first" }: NonNullable<ScheduleSpec["dst"]> = {},
): Instant[] | undefined {
  const first = readDateTime(text, zone);
  if (first === undefined || /[Zz]$|[+-]\d\d:?\d\d$/.test(text.slice(10))) {
    return first === undefined ? undefined : [first];
  }
  const span = zone.spanAt(first);
  const local = readDateTime(`${text.length === 10 ? `${text}T00:00` : text}Z`, zone) as number;
  if (first + span.offset !== local) return gap === "skip" ? [] : [first];
  const again = local - span.after;
  const twice = again >= span.end && again < span.end + span.offset - span.after;
  return overlap === "both" && twice ? [first, again] : [first];
}

/** No zone has ever been further than this from UTC, nor jumped further. */
const FAR_MS = 48 * 3_600_000;

/** The first instant at which the zone's wall clock shows `local` or has jumped past it. */
export function localToInstant(local: number, zone: Zone): Instant {
  let span = zone.spanAt(local - FAR_MS);
  while (local - span.offset >= span.end) span = zone.spanAt(span.end);
  return Math.max(local - span.offset, span.start);
}

/** The day on the zone's wall clock, as the number of days since 1970-01-01. */
export function dayOf(instant: Instant, zone: Zone): number {
  return Math.floor((instant + zone.spanAt(instant).offset) / 86_400_000);
}

/** `2026-12-01T09:00:00+01:00`: an instant as the zone's wall clock shows it, with its offset. */
export function formatLocal(instant: Instant, zone: Zone): string {
  const { offset } = zone.spanAt(instant);
  const text = new Date(instant + offset).toISOString();
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const two = (n: number) => String(n).padStart(2, "0");
  const shown = `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return (instant % 1000 === 0 ? text.slice(0, 19) : text.slice(0, 23)) + shown;
}

function offsetMs(text: string): number | undefined {
  if (/^[Zz]$/.test(text)) return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(-2))];
  if (hours > 23 || minutes > 59) return undefined;
  return (text[0] === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
