import { deltaOf } from "./celery-when.ts";
import type { Fields } from "./draft.ts";
import type { PythonValue } from "./python.ts";

/** When a job of APScheduler is due. `words`: what it was. */
export type ApschedulerWhen = { fields: Fields; notes: string[]; words: string } | { why: string };

type Named = ReadonlyMap<string, PythonValue>;

/** The trigger is a word whose settings stand beside it, or an object that has them. */
export function apschedulerWhen(trigger: PythonValue | undefined, beside: Named): ApschedulerWhen {
  if (trigger?.kind === "text") return byKind(trigger.value, beside);
  const kind =
    trigger?.kind === "call" ? /(Cron|Interval|Date)Trigger$/.exec(trigger.name)?.[1] : undefined;
  if (trigger?.kind === "call" && kind) return byKind(kind.toLowerCase(), trigger.named);
  return { why: "its trigger is Python code, which is not run here" };
}

function byKind(kind: string, named: Named): ApschedulerWhen {
  const zone = named.get("timezone");
  const timezone = zone?.kind === "text" ? { timezone: zone.value } : {};
  if (kind === "cron") return cron(named, timezone);
  if (kind === "interval") return interval(named);
  if (kind !== "date") return { why: `its trigger ${kind} is not known` };
  const date = named.get("run_date");
  if (date?.kind !== "text") return { why: "its run_date is Python code, which is not run here" };
  const at = date.value.replace(" ", "T");
  return { fields: { at, ...timezone }, notes: [], words: `date ${at}` };
}

function interval(named: Named): ApschedulerWhen {
  const units = ["weeks", "days", "hours", "minutes", "seconds"];
  const read = deltaOf([], new Map([...named].filter(([key]) => units.includes(key))));
  if ("why" in read) return read;
  const notes = ["APScheduler counted from its own start, clockd counts whole multiples"];
  return { fields: read.fields, notes, words: `interval, ${String(read.fields.every)}` };
}

/** From the most to the least significant; days of the week count as days. */
const FIELDS = ["month", "day", "day_of_week", "hour", "minute", "second"] as const;
const LOWEST: Readonly<Record<string, string>> = { month: "1", day: "1", day_of_week: "*" };

function cron(named: Named, timezone: Fields): ApschedulerWhen {
  const odd = ["year", "week", "start_date", "end_date", "jitter"].find((key) => named.has(key));
  if (odd === "year" || odd === "week")
    return { why: `clockd's patterns have no field for ${odd}` };
  const last = FIELDS.findLastIndex((field) => named.has(field));
  const texts: Record<string, string> = {};
  for (const [index, field] of FIELDS.entries()) {
    const value = named.get(field);
    // What is less significant than all that is given has its lowest value.
    if (value === undefined) texts[field] = index < last ? "*" : (LOWEST[field] ?? "0");
    else if (value.kind === "text" || value.kind === "number") texts[field] = String(value.value);
    else return { why: `${field} of its trigger is Python code` };
  }
  const { month, day, hour, minute, second } = texts as Record<(typeof FIELDS)[number], string>;
  const week = mondayFirst(texts.day_of_week!);
  const dayText = named.has("day") || !named.has("day_of_week") ? day : "*";
  const pattern = `${minute} ${hour} ${dayText} ${month} ${week}`;
  const both = dayText !== "*" && week !== "*";
  return {
    fields: {
      cron: second === "0" ? pattern : `${second} ${pattern}`,
      ...(both ? { day_match: "and" } : {}),
      ...timezone,
    },
    notes: odd === undefined ? [] : [`without ${odd}`],
    words: `cron ${[...named].map(([key, value]) => `${key}=${"value" in value ? value.value : "…"}`).join(", ")}`,
  };
}

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** To APScheduler Monday is 0. */
function mondayFirst(text: string): string {
  return text
    .toLowerCase()
    .replace(/(?<![/\d])[0-6](?!\d)/g, (number) => WEEKDAYS[Number(number)]!);
}
