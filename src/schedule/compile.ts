import { readDateTime, readMoments } from "./datetime.ts";
import { withoutClosedDays } from "./except.ts";
import { stableNumber } from "./hash.ts";
import { patternOptions, readPattern } from "./pattern.ts";
import type { Instant, Schedule, ScheduleProblem, ScheduleSpec } from "./schedule.ts";
import { type Zone, zoneNamed } from "./zone.ts";
import { dstRuleOf, nextInZone } from "./zoned.ts";

type Compiled = { schedule: Schedule } | { problems: ScheduleProblem[] };

/**
 * Makes a schedule of what a file says, or tells everything that is wrong with it. Never throws.
 * Equal specs give equal slots, in every process and for ever.
 */
export function compileSchedule(spec: ScheduleSpec): Compiled {
  const zone = zoneNamed(spec.timezone);
  if (!zone) return { problems: [unknownZone(spec.timezone)] };
  const problems: ScheduleProblem[] = [];
  const core = compileCore(spec, zone, problems);
  const starts = readBound("starts", spec, zone, problems);
  const ends = readBound("ends", spec, zone, problems);
  if (starts !== undefined && ends !== undefined && starts >= ends) {
    problems.push(
      problem("SCHEDULE_NEVER", "ends", "ends is not after starts: no slot is between"),
    );
  }
  if (problems.length > 0 || !core) return { problems };
  let schedule = spec.spread ? shifted(core, spreadOf(spec)) : core;
  if (starts !== undefined || ends !== undefined) schedule = bounded(schedule, starts, ends);
  if (spec.except?.length) schedule = withoutClosedDays(schedule, spec.except, zone);
  return { schedule };
}

/** How far the slots of this job are shifted, ms: whole seconds from 0 to `spread`. */
export function spreadOf({ spread = 0, job = "" }: ScheduleSpec): number {
  return stableNumber(Math.floor(spread / 1000) + 1, job, "spread") * 1000;
}

function compileCore(spec: ScheduleSpec, zone: Zone, problems: ScheduleProblem[]): Schedule {
  if (spec.cron) return compileCron(spec.cron, spec, zone, problems);
  if (spec.every !== undefined) return compileEvery(spec, zone, problems);
  return compileAt(spec.at ?? [], spec, zone, problems);
}

function compileCron(
  texts: readonly string[],
  spec: ScheduleSpec,
  zone: Zone,
  problems: ScheduleProblem[],
): Schedule {
  const parts: Schedule[] = [];
  const options = patternOptions(spec);
  for (const [index, text] of texts.entries()) {
    const pattern = readPattern(text, options);
    if ("next" in pattern) {
      const rule = dstRuleOf(pattern, spec.dst);
      parts.push({ next: (after) => nextInZone(pattern, rule, zone, after) });
    } else {
      const code = pattern.never ? "SCHEDULE_NEVER" : "SCHEDULE_CRON";
      problems.push({ ...problem(code, "cron", pattern.message), index });
    }
  }
  const [only] = parts;
  return parts.length === 1 ? only! : { next: (after) => earliest(parts, after) };
}

function earliest(parts: readonly Schedule[], after: Instant): Instant | undefined {
  let first: Instant | undefined;
  for (const part of parts) {
    const slot = part.next(after);
    if (slot !== undefined && (first === undefined || slot < first)) first = slot;
  }
  return first;
}

/** Multiples of the interval counted from the anchor, in both directions. */
function compileEvery(spec: ScheduleSpec, zone: Zone, problems: ScheduleProblem[]): Schedule {
  const interval = spec.every as number;
  const anchor = readBound("anchor", spec, zone, problems) ?? 0;
  return {
    next: (after) => anchor + (Math.floor((after - anchor) / interval) + 1) * interval,
    every: { anchor, interval },
  };
}

function compileAt(
  texts: readonly string[],
  { dst }: ScheduleSpec,
  zone: Zone,
  problems: ScheduleProblem[],
): Schedule {
  const slots: Instant[] = [];
  for (const [index, text] of texts.entries()) {
    const found = readMoments(text, zone, dst);
    if (found) slots.push(...found);
    else problems.push({ ...notADateTime("at", text), index });
  }
  slots.sort((a, b) => a - b);
  return { next: (after) => slots[firstAfter(slots, after)] };
}

/** The place of the first of sorted slots that is after `after`. */
function firstAfter(slots: readonly Instant[], after: Instant): number {
  let [low, high] = [0, slots.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (slots[middle]! > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

function bounded(core: Schedule, starts: Instant = -Infinity, ends: Instant = Infinity): Schedule {
  return {
    next(after) {
      const slot = core.next(Math.max(after, starts - 1));
      return slot !== undefined && slot < ends ? slot : undefined;
    },
  };
}

function shifted({ next, every }: Schedule, by: number): Schedule {
  const moved = every && { anchor: every.anchor + by, interval: every.interval };
  return {
    next(after) {
      const slot = next(after - by);
      return slot === undefined ? undefined : slot + by;
    },
    ...(moved ? { every: moved } : {}),
  };
}

function readBound(
  field: "starts" | "ends" | "anchor",
  spec: ScheduleSpec,
  zone: Zone,
  problems: ScheduleProblem[],
): Instant | undefined {
  const text = spec[field];
  if (text === undefined) return undefined;
  const instant = readDateTime(text, zone);
  if (instant === undefined) problems.push(notADateTime(field, text));
  return instant;
}

function notADateTime(field: keyof ScheduleSpec, text: string): ScheduleProblem {
  return {
    ...problem("SCHEDULE_DATETIME", field, `"${text}" is not a date or date-time`),
    hint: "write 2026-12-01, 2026-12-01T09:00:00 or 2026-12-01T09:00:00+01:00",
  };
}

function unknownZone(name: string): ScheduleProblem {
  return {
    ...problem("SCHEDULE_UNKNOWN_ZONE", "timezone", `"${name}" is not a time zone`),
    hint: "use an IANA name such as Europe/Berlin or UTC",
  };
}

function problem(code: `SCHEDULE_${string}`, field: keyof ScheduleSpec, message: string) {
  return { level: "error", code, field, message } satisfies ScheduleProblem;
}
