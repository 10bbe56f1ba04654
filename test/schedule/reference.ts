import { type PlainPattern, readPlain } from "./plain-pattern.ts";

export interface PlainSpec {
  cron: readonly string[];
  timezone: string;
  dayMatch?: "or" | "and";
  dst?: { gap?: "next" | "skip"; overlap?: "first" | "both" };
}

/**
 * A slow and obvious second opinion on when a job is due: it walks every wall-clock time that a
 * pattern names, whether or not the zone's clock ever shows it, and asks Temporal which instants
 * show it. Slots after `from` and not after `until` (ms UTC), in order. It shares no code with
 * clockd.
 */
export function referenceSlots(spec: PlainSpec, from: number, until: number): number[] {
  const found = new Set<number>();
  for (const text of spec.cron) {
    const pattern = readPlain(text, spec.dayMatch);
    const rule = {
      gap: spec.dst?.gap ?? (pattern.everyHour ? "skip" : "next"),
      overlap: spec.dst?.overlap ?? (pattern.rhythm ? "both" : "first"),
    };
    // A slot in a lost day fires the day after it.
    const last = dateAt(until, spec.timezone).add({ days: 1 });
    let date = dateAt(from, spec.timezone).subtract({ days: 2 });
    for (; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
      if (pattern.onDate(date)) walkDay(date, pattern, spec.timezone, rule, found);
    }
  }
  return [...found].filter((slot) => slot > from && slot <= until).sort((a, b) => a - b);
}

interface Rule {
  gap: "next" | "skip";
  overlap: "first" | "both";
}

function dateAt(instant: number, zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate();
}

function walkDay(
  date: Temporal.PlainDate,
  { hours, minutes, seconds }: PlainPattern,
  zone: string,
  rule: Rule,
  found: Set<number>,
): void {
  for (const hour of hours) {
    const begin = date.toPlainDateTime({ hour });
    const plain = startOfPlainHour(begin, zone);
    for (const minute of minutes) {
      for (const second of seconds) {
        if (plain !== undefined) found.add(plain + (minute * 60 + second) * 1000);
        else for (const at of instants(begin.with({ minute, second }), zone, rule)) found.add(at);
      }
    }
  }
}

/** The instant at which an hour begins that comes once and whole: no need to ask for its seconds. */
function startOfPlainHour(begin: Temporal.PlainDateTime, zone: string): number | undefined {
  const [first, again] = readings(begin, zone);
  const [end, endAgain] = readings(begin.add({ hours: 1 }), zone);
  const whole = first === again && end === endAgain && end - first === 3_600_000;
  return whole ? first : undefined;
}

/** The instants at which a job fires for one wall-clock time, by the daylight saving rule. */
function instants(wall: Temporal.PlainDateTime, zone: string, rule: Rule): number[] {
  const [first, again] = readings(wall, zone);
  if (first === again) return [first];
  const shown = Temporal.Instant.fromEpochMilliseconds(first).toZonedDateTimeISO(zone);
  if (shown.toPlainDateTime().equals(wall))
    return rule.overlap === "both" ? [first, again] : [first];
  return rule.gap === "skip" ? [] : [shown.getTimeZoneTransition("next")!.epochMilliseconds];
}

/** Equal for a time that comes once; the two passes of one that comes twice; around a gap else. */
function readings(wall: Temporal.PlainDateTime, zone: string): [number, number] {
  const read = (disambiguation: "earlier" | "later") =>
    wall.toZonedDateTime(zone, { disambiguation }).epochMilliseconds;
  return [read("earlier"), read("later")];
}
