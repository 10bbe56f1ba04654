import { readDateTime } from "./datetime.ts";
import { type Pattern, readPattern } from "./pattern.ts";
import type { Instant, Schedule, ScheduleProblem, ScheduleSpec } from "./schedule.ts";
import { type Zone, zoneNamed } from "./zone.ts";
import { nextInZone } from "./zoned.ts";

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
  return {
    schedule: starts === undefined && ends === undefined ? core : bounded(core, starts, ends),
  };
}

function compileCore(spec: ScheduleSpec, zone: Zone, problems: ScheduleProblem[]) {
  if (spec.cron) return compileCron(spec.cron, zone, problems);
  if (spec.every !== undefined) return compileEvery(spec, zone, problems);
  return compileAt(spec.at ?? [], zone, problems);
}

function compileCron(texts: readonly string[], zone: Zone, problems: ScheduleProblem[]) {
  const patterns: Pattern[] = [];
  for (const [index, text] of texts.entries()) {
    const read = readPattern(text);
    if ("next" in read) patterns.push(read);
    else {
      const code = read.message.includes("never matches") ? "SCHEDULE_NEVER" : "SCHEDULE_CRON";
      problems.push({ ...problem(code, "cron", read.message), index });
    }
  }
  const [only] = patterns;
  if (patterns.length === 1) return { next: (after: Instant) => nextInZone(only!, zone, after) };
  return { next: (after: Instant) => earliest(patterns, zone, after) };
}

function earliest(patterns: readonly Pattern[], zone: Zone, after: Instant): Instant | undefined {
  let first: Instant | undefined;
  for (const pattern of patterns) {
    const slot = nextInZone(pattern, zone, after);
    if (slot !== undefined && (first === undefined || slot < first)) first = slot;
  }
  return first;
}

/** Multiples of the interval counted from the anchor, in both directions. */
function compileEvery(spec: ScheduleSpec, zone: Zone, problems: ScheduleProblem[]): Schedule {
  const every = spec.every as number;
  const anchor = readBound("anchor", spec, zone, problems) ?? 0;
  return { next: (after) => anchor + (Math.floor((after - anchor) / every) + 1) * every };
}

function compileAt(texts: readonly string[], zone: Zone, problems: ScheduleProblem[]): Schedule {
  const slots: Instant[] = [];
  for (const [index, text] of texts.entries()) {
    const slot = readDateTime(text, zone);
    if (slot !== undefined) slots.push(slot);
    else problems.push({ ...notADateTime("at", text), index });
  }
  slots.sort((a, b) => a - b);
  return { next: (after) => slots.find((slot) => slot > after) };
}

function bounded(core: Schedule, starts: Instant = -Infinity, ends: Instant = Infinity): Schedule {
  return {
    next(after) {
      const slot = core.next(Math.max(after, starts - 1));
      return slot !== undefined && slot < ends ? slot : undefined;
    },
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
