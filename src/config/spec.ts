import type { Calendar, ScheduleSpec } from "../schedule/schedule.ts";
import { parseDuration } from "./duration.ts";
import { asMap, asText, asTexts, type Raw } from "./raw.ts";

/** The shortest and the longest `every`, ms: 1s and 3660d. */
export const SHORTEST_EVERY = 1000;
export const LONGEST_EVERY = 3660 * 86_400_000;
/** The longest `spread`, ms: 1d. */
export const LONGEST_SPREAD = 86_400_000;

/** What reading a spec needs besides the job and the defaults. */
export interface SpecContext {
  /** The job's name. */
  name: string;
  /** The calendars of an `except`; `own`: it is the job's, not the default. */
  findCalendars(names: readonly string[], timezone: string, own: boolean): readonly Calendar[];
}

/**
 * A job's schedule as it is written, after defaults. Undefined when a part of it has the wrong
 * shape, which the schema has told already, or an interval is out of bounds.
 */
export function readSpec(job: Raw, defaults: Raw, context: SpecContext): ScheduleSpec | undefined {
  const kinds = ["cron", "every", "at"].filter((key) => job[key] !== undefined);
  if (kinds.length !== 1) return undefined;
  const timezone = job.timezone ?? defaults.timezone ?? "UTC";
  if (asText(timezone) === undefined) return undefined;
  const spec: ScheduleSpec = { timezone: timezone as string };
  for (const key of ["anchor", "starts", "ends"] as const) {
    const value = job[key] ?? (key === "anchor" ? undefined : defaults[key]);
    if (value === undefined) continue;
    if (asText(value) === undefined) return undefined;
    spec[key] = value as string;
  }
  const kind = kinds[0] as "cron" | "every" | "at";
  const whole = withKind(spec, kind, job);
  if (whole) readFilters(whole, kind, job, defaults, context);
  return whole;
}

function withKind(
  spec: ScheduleSpec,
  kind: "cron" | "every" | "at",
  job: Raw,
): ScheduleSpec | undefined {
  if (kind === "every") {
    const every = parseDuration(asText(job.every) ?? "") ?? 0;
    return every < SHORTEST_EVERY || every > LONGEST_EVERY ? undefined : { ...spec, every };
  }
  const texts = asTexts(job[kind]);
  return texts && { ...spec, [kind]: texts };
}

/** What changes the slots of a kind: only what says something is in the spec, so that keys are equal. */
function readFilters(
  spec: ScheduleSpec,
  kind: "cron" | "every" | "at",
  job: Raw,
  defaults: Raw,
  { name, findCalendars }: SpecContext,
): void {
  if (kind === "cron" && (job.day_match ?? defaults.day_match) === "and") spec.dayMatch = "and";
  if (kind !== "every") {
    const dst = readDst({ ...asMap(defaults.dst), ...asMap(job.dst) });
    if (dst) spec.dst = dst;
  }
  const spread = readSpread(job.spread ?? defaults.spread);
  if (spread) spec.spread = spread;
  const names = asTexts(job.except ?? defaults.except);
  if (names) {
    const calendars = findCalendars(names, spec.timezone, job.except !== undefined);
    if (calendars.length > 0) spec.except = calendars;
  }
  // Jobs share what is made of a spec, unless it is made from the name.
  if (spec.spread || spec.cron?.some((text) => /(^|[\s,+])h/i.test(text))) spec.job = name;
}

function readDst({ gap, overlap }: Raw): ScheduleSpec["dst"] {
  const dst: NonNullable<ScheduleSpec["dst"]> = {};
  if (gap === "next" || gap === "skip") dst.gap = gap;
  if (overlap === "first" || overlap === "both") dst.overlap = overlap;
  return dst.gap || dst.overlap ? dst : undefined;
}

/** ms; undefined when it is none, which is told elsewhere. */
function readSpread(value: unknown): number | undefined {
  const ms = parseDuration(asText(value) ?? "");
  return ms !== undefined && ms <= LONGEST_SPREAD && ms % 1000 === 0 ? ms : undefined;
}

/** Equal for two specs exactly when they say the same. */
export function specKey(spec: ScheduleSpec): string {
  const { cron, every, anchor, at, timezone, starts, ends } = spec;
  const kind = cron ? ["cron", ...cron] : at ? ["at", ...at] : ["every", every, anchor ?? ""];
  const bounds = starts === undefined && ends === undefined ? [] : [starts ?? "", ends ?? ""];
  return JSON.stringify([timezone, kind, ...bounds, ...filtersKey(spec)]);
}

function filtersKey({ dayMatch, dst, spread, except, job }: ScheduleSpec): unknown[] {
  if (!dayMatch && !dst && !spread && !except && job === undefined) return [];
  return [{ dayMatch, dst, spread, except: except?.map(({ key }) => key), job }];
}
