import { formatDuration } from "../config/duration.ts";
import type { Fields } from "./draft.ts";

/** When a job of clockwork is due. */
export type ClockworkWhen = { fields: Fields; notes: string[] } | { why: string };

const UNITS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
};

const DAY = 86_400;
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** `1.day`, `30.minutes` or a number of seconds. */
export function readPeriod(text: string): number | undefined {
  const match = /^\(?(\d[\d_]*)(?:\.(second|minute|hour|day|week)s?)?\)?$/.exec(text.trim());
  if (!match) return undefined;
  return Number(match[1]!.replaceAll("_", "")) * (UNITS[match[2] ?? "second"] ?? 1);
}

/** The period in seconds, and the moments of its `at`. */
export function clockworkWhen(period: number, at: readonly string[]): ClockworkWhen {
  if (period < 1) return { why: "its period is shorter than a second" };
  if (at.length === 0) {
    const notes = ["clockwork counted from its own start, clockd counts whole multiples"];
    return { fields: { every: formatDuration(period * 1000) }, notes };
  }
  const patterns: string[] = [];
  for (const text of at) {
    const moment = readAt(text);
    if (!moment) return { why: `its at "${text}" is not known` };
    const { week, hour, minute } = moment;
    if (hour === "*" && period > 3600)
      return { why: `its at "${text}" does not go with its period` };
    const isLong = period > DAY && week === "*";
    if (isLong || period > 7 * DAY) return anchored(period, at, moment);
    patterns.push(`${minute} ${hour} * * ${week}`);
  }
  return { fields: { cron: patterns.length === 1 ? patterns[0] : patterns }, notes: [] };
}

interface Moment {
  week: string;
  hour: string;
  minute: string;
}

/** `04:30`, `4:30`, `**:30`, `Monday 16:20`. */
function readAt(text: string): Moment | undefined {
  const match = /^(?:([a-z]{3,9})\s+)?(\d{1,2}|\*\*?)[:.](\d\d|\*\*)$/i.exec(text.trim());
  if (!match) return undefined;
  const [, day, hour = "", minute = ""] = match;
  const week = day === undefined ? "*" : day.slice(0, 3).toLowerCase();
  if (week !== "*" && !WEEKDAYS.includes(week)) return undefined;
  const number = (field: string) => (field.startsWith("*") ? "*" : String(Number(field)));
  return { week, hour: number(hour), minute: number(minute) };
}

/** Every second day at noon: counted from a day that has this time. */
function anchored(
  period: number,
  at: readonly string[],
  { week, hour, minute }: Moment,
): ClockworkWhen {
  if (at.length > 1 || hour === "*" || minute === "*") {
    return { why: "several moments of a period that is longer than a day" };
  }
  // 1970-01-01 was a Thursday.
  const day = week === "*" ? 1 : 1 + ((WEEKDAYS.indexOf(week) - 4 + 7) % 7);
  const two = (text: string | number) => String(text).padStart(2, "0");
  const anchor = `1970-01-${two(day)}T${two(hour)}:${two(minute)}:00`;
  const notes = [
    "clockwork counted the days from its own start; an interval does not follow daylight saving",
  ];
  return { fields: { every: formatDuration(period * 1000), anchor }, notes };
}
