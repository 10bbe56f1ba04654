import { formatDuration } from "../config/duration.ts";
import type { Fields } from "./draft.ts";
import type { PythonValue } from "./python.ts";

/** When a periodic task is due, as fields of a job. `words`: what it was. */
export type CeleryWhen = { fields: Fields; notes: string[]; words: string } | { why: string };

const COUNTS = "Celery counted from the start of beat, clockd counts whole multiples";

/** A number of seconds, `timedelta(…)`, `schedule(…)` or `crontab(…)`. */
export function readCelerySchedule(value: PythonValue): CeleryWhen {
  if (value.kind === "number") return interval(value.value, `every ${value.value} s`);
  if (value.kind !== "call") {
    return { why: "its schedule is Python code, which is not run here" };
  }
  const name = value.name.slice(value.name.lastIndexOf(".") + 1);
  if (name === "crontab") return crontab(value.args, value.named);
  if (name === "timedelta") return deltaOf(value.args, value.named);
  if (name === "schedule") {
    const every = value.args[0] ?? value.named.get("run_every");
    if (every) return readCelerySchedule(every);
  }
  if (name === "solar") return { why: "clockd has no schedule by the sun" };
  return { why: `${value.name}(…) is Python code, which is not run here` };
}

function interval(seconds: number, words: string): CeleryWhen {
  const ms = Math.round(seconds * 1000);
  if (!(ms >= 1000)) return { why: `the shortest interval is 1s, got ${seconds} s` };
  return { fields: { every: formatDuration(ms) }, notes: [COUNTS], words };
}

const UNITS: Readonly<Record<string, number>> = {
  days: 86_400,
  seconds: 1,
  microseconds: 1e-6,
  milliseconds: 1e-3,
  minutes: 60,
  hours: 3600,
  weeks: 604_800,
};

/** Python's own order of arguments. */
const ORDER = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"];

export function deltaOf(
  args: readonly PythonValue[],
  named: ReadonlyMap<string, PythonValue>,
): CeleryWhen {
  const given = [...args.map((value, index) => [ORDER[index] ?? "", value] as const), ...named];
  let seconds = 0;
  for (const [unit, value] of given) {
    const size = UNITS[unit];
    if (size === undefined || value.kind !== "number") {
      return { why: "its timedelta is Python code, which is not run here" };
    }
    seconds += size * value.value;
  }
  return interval(seconds, `timedelta of ${seconds} s`);
}

const FIELDS = ["minute", "hour", "day_of_month", "month_of_year", "day_of_week"] as const;

function crontab(
  args: readonly PythonValue[],
  named: ReadonlyMap<string, PythonValue>,
): CeleryWhen {
  // The order of what comes after the hour has changed between versions of Celery.
  if (args.length > 2) return { why: "more than two arguments of crontab have no names" };
  const given = new Map(named);
  for (const [index, value] of args.entries()) given.set(FIELDS[index]!, value);
  const texts: string[] = [];
  for (const field of FIELDS) {
    const value = given.get(field);
    const text = value === undefined ? "*" : fieldText(value);
    if (text === undefined) return { why: `${field} of its crontab is Python code` };
    texts.push(shortNames(text.replace(/\s+/g, ""), field));
  }
  const notes = [...given.keys()]
    .filter((key) => !FIELDS.includes(key as never))
    .map((key) => `without ${key} of its crontab`);
  const cron = texts.join(" ");
  // To Celery every field must match.
  const both = texts[2] !== "*" && texts[4] !== "*";
  return {
    fields: { cron, ...(both ? { day_match: "and" } : {}) },
    notes,
    words: `crontab ${cron}`,
  };
}

function fieldText(value: PythonValue): string | undefined {
  if (value.kind === "text") return value.value;
  if (value.kind === "number") return String(value.value);
  if (value.kind !== "list" || value.items.length === 0) return undefined;
  const items = value.items.map(fieldText);
  return items.includes(undefined) ? undefined : items.join(",");
}

/** Celery takes whole names of days and months. */
function shortNames(text: string, field: (typeof FIELDS)[number]): string {
  if (field !== "day_of_week" && field !== "month_of_year") return text;
  return text.replace(/[a-z]{3,}/gi, (name) => name.slice(0, 3).toLowerCase());
}
