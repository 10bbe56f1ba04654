import type { ScheduleSpec } from "../schedule/schedule.ts";
import { parseDuration } from "./duration.ts";
import { asText, asTexts, type Raw } from "./raw.ts";

/** The shortest and the longest `every`, ms: 1s and 3660d. */
export const SHORTEST_EVERY = 1000;
export const LONGEST_EVERY = 3660 * 86_400_000;

/**
 * A job's schedule as it is written, after defaults. Undefined when a part of it has the wrong
 * shape, which the schema has told already, or an interval is out of bounds.
 */
export function readSpec(job: Raw, defaults: Raw): ScheduleSpec | undefined {
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
  return withKind(spec, kinds[0] as "cron" | "every" | "at", job);
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

/** Equal for two specs exactly when they say the same. */
export function specKey(spec: ScheduleSpec): string {
  const { cron, every, anchor, at, timezone, starts, ends } = spec;
  const kind = cron ? ["cron", ...cron] : at ? ["at", ...at] : ["every", every, anchor ?? ""];
  const bounds = starts === undefined && ends === undefined ? [] : [starts ?? "", ends ?? ""];
  return JSON.stringify([timezone, kind, ...bounds]);
}
