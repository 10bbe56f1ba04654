import { formatLocal, readDateTime } from "./datetime.ts";
import { type Pattern, patternOptions, readPattern } from "./pattern.ts";
import type { Instant, Schedule, ScheduleProblem, ScheduleSpec } from "./schedule.ts";
import { type Span, type Zone, zoneNamed } from "./zone.ts";
import { type DstRule, dstRuleOf } from "./zoned.ts";

const A_YEAR_MS = 366 * 86_400_000;

/**
 * What a valid schedule will do that its author may not expect: slots that daylight saving moves or
 * doubles within a year of `now`, moments that have passed.
 */
export function scheduleWarnings(
  spec: ScheduleSpec,
  schedule: Schedule,
  now: Instant,
): ScheduleProblem[] {
  const zone = zoneNamed(spec.timezone);
  if (!zone) return [];
  if (spec.at) return pastMoments(spec.at, zone, now);
  if (!spec.cron) return [];
  const shifts = shiftsWithin(zone, now, now + A_YEAR_MS);
  if (shifts.length === 0) return [];
  const warnings = spec.cron.flatMap((text, index) => {
    const pattern = readPattern(text, patternOptions(spec));
    // Nobody is surprised that an hourly rhythm goes on by itself.
    if (!("next" in pattern) || (pattern.everyHour && !spec.dst)) return [];
    const rule = dstRuleOf(pattern, spec.dst);
    return shifts.flatMap(([before, after]) => {
      if (isElsewhere(text, before, after)) return [];
      const message = surprise(pattern, rule, zone, before, after);
      return message ? [warning("SCHEDULE_DST", "cron", message, index)] : [];
    });
  });
  return warnings.length > 0 && schedule.next(now) !== undefined ? warnings : [];
}

const HOUR_MS = 3_600_000;

/**
 * True when a pattern's hours are plain numbers, and the shift moves or doubles none of them. Most
 * patterns are so, and computing a slot of each would cost more than the rest of its checking.
 */
function isElsewhere(text: string, before: Span, after: Span): boolean {
  const hours = text.trim().split(/\s+/).at(-4) ?? "";
  if (!/^\d+(,\d+)*$/.test(hours)) return false;
  const [low, high] = [before.offset, after.offset].toSorted((a, b) => a - b) as [number, number];
  const first = Math.floor((before.end + low) / HOUR_MS);
  const last = Math.floor((before.end + high - 1) / HOUR_MS);
  if (last - first >= 24) return false;
  return hours.split(",").every((hour) => {
    for (let local = first; local <= last; local++) if (local % 24 === Number(hour)) return false;
    return true;
  });
}

function shiftsWithin(zone: Zone, from: Instant, until: Instant): [Span, Span][] {
  const shifts: [Span, Span][] = [];
  let span = zone.spanAt(from);
  while (span.end < until) {
    const following = zone.spanAt(span.end);
    shifts.push([span, following]);
    span = following;
  }
  return shifts;
}

/** The first slot that a shift moves or doubles, as a sentence; undefined when there is none. */
function surprise(
  pattern: Pattern,
  rule: DstRule,
  zone: Zone,
  before: Span,
  after: Span,
): string | undefined {
  const [low, high] = [before.offset, after.offset].toSorted((a, b) => a - b) as [number, number];
  const local = pattern.next(before.end + low - 1);
  if (local === undefined || local >= before.end + high) return undefined;
  const shown = new Date(local).toISOString().slice(0, 19).replace("T", " ");
  if (after.offset > before.offset) {
    const fires = rule.gap === "next" ? `fires at ${formatLocal(before.end, zone)}` : "is skipped";
    return `${shown} does not exist in ${zone.name} (the clock goes forward): ${fires}`;
  }
  const passes = rule.overlap === "both" ? "fires in both" : "fires in the first only";
  return `${shown} comes twice in ${zone.name} (the clock goes back): ${passes}`;
}

function pastMoments(texts: readonly string[], zone: Zone, now: Instant): ScheduleProblem[] {
  return texts.flatMap((text, index) => {
    const slot = readDateTime(text, zone);
    if (slot === undefined || slot > now) return [];
    return [warning("SCHEDULE_PAST", "at", `"${text}" has passed: it will not fire`, index)];
  });
}

function warning(
  code: `SCHEDULE_${string}`,
  field: keyof ScheduleSpec,
  message: string,
  index: number,
): ScheduleProblem {
  return { level: "warning", code, field, index, message };
}
