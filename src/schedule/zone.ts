import type { Instant } from "./schedule.ts";

/**
 * A stretch of time in which a zone keeps one offset from UTC. Wall-clock time ("local") is kept as
 * the ms that UTC would have with the same date and time: local = instant + offset.
 */
export interface Span {
  /** First instant of the span; -Infinity when nothing came before. */
  start: Instant;
  /** First instant of the next span; Infinity when nothing follows. */
  end: Instant;
  /** ms to add to an instant to get local time. */
  offset: number;
  /** The offset of the span before; this one's when there is none. */
  before: number;
  /** The offset of the span that follows; this one's when there is none. */
  after: number;
}

export interface Zone {
  name: string;
  /** The span that holds `instant`. */
  spanAt(instant: Instant): Span;
}

/** Finding a transition costs about 1 µs, reading a cached one a few ns: so spans are kept. */
const cache = new Map<string, Zone>();

/** The zone with an IANA name, or undefined when the system's tzdata has none of that name. */
export function zoneNamed(name: string): Zone | undefined {
  const known = cache.get(name);
  if (known || !isZoneName(name)) return known;
  const zone = makeZone(name);
  cache.set(name, zone);
  return zone;
}

/** Fixed offsets such as `+02:00` are no zones: they would hide a missing DST rule. */
function isZoneName(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Temporal.ZonedDateTime(0n, name);
    return true;
  } catch {
    return false;
  }
}

function makeZone(name: string): Zone {
  const spans: Span[] = [];
  /** Most questions are about the same span as the last one. */
  let last: Span | undefined;
  return {
    name,
    spanAt(instant) {
      if (last && instant >= last.start && instant < last.end) return last;
      return (last = findSpan(spans, instant) ?? readSpan(name, spans, instant));
    },
  };
}

function findSpan(spans: readonly Span[], instant: Instant): Span | undefined {
  let low = 0;
  let high = spans.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const span = spans[middle]!;
    if (instant < span.start) high = middle - 1;
    else if (instant >= span.end) low = middle + 1;
    else return span;
  }
  return undefined;
}

/** Asks tzdata, and keeps the answer in order. */
function readSpan(name: string, spans: Span[], instant: Instant): Span {
  const zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(instant)).toZonedDateTimeISO(
    name,
  );
  const next = zoned.getTimeZoneTransition("next");
  // "previous" is strictly before; an instant that is itself a transition starts its own span.
  const previous = zoned.add({ nanoseconds: 1 }).getTimeZoneTransition("previous");
  const span: Span = {
    start: previous?.epochMilliseconds ?? -Infinity,
    end: next?.epochMilliseconds ?? Infinity,
    offset: zoned.offsetNanoseconds / 1e6,
    before: (previous?.subtract({ nanoseconds: 1 }) ?? zoned).offsetNanoseconds / 1e6,
    after: (next ?? zoned).offsetNanoseconds / 1e6,
  };
  const place = spans.findIndex((other) => other.start > span.start);
  spans.splice(place === -1 ? spans.length : place, 0, span);
  return span;
}
