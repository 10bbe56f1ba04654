import type { Closing, DayRange } from "../schedule/calendar.ts";
import { readDay } from "../schedule/calendar.ts";
import { error, type Finding } from "./finding.ts";
import { readIcs } from "./ics.ts";
import { joinPointer } from "./pointer.ts";
import { asMap, asText, type Raw } from "./raw.ts";

/** Reads a file that a schedules file names, by its name there. `reason` is a sentence. */
export type ReadFile = (name: string) => { text: string } | { reason: string; hint?: string };

export interface ClosingContext {
  readFile: ReadFile;
  report(finding: Finding): void;
}

const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Reads a calendar, and reports what the schema cannot see. What is wrong closes nothing. */
export function readClosing(raw: Raw, path: string, context: ClosingContext): Closing {
  const dates = Array.isArray(raw.dates) ? raw.dates : [];
  const ranges = dates.flatMap(
    (item, index) => readRange(item, joinPointer(`${path}/dates`, index), context) ?? [],
  );
  const written = Array.isArray(raw.weekdays) ? raw.weekdays : [];
  const weekdays = WEEKDAYS.flatMap((name, day) => (written.includes(name) ? [day] : []));
  if (weekdays.length === 7) {
    const message = "every day of the week is closed: nothing would ever be due";
    context.report(error("CONFIG_CALENDAR", `${path}/weekdays`, "value", message));
  }
  const ics = asText(raw.ics);
  const own: Closing = { ranges, weekdays, events: [] };
  return ics === undefined ? own : withIcs(own, ics, `${path}/ics`, context);
}

/** Undefined when it is none; what the schema has told already is not told again. */
function readRange(item: unknown, path: string, context: ClosingContext): [DayRange] | undefined {
  const isMap = typeof item === "object";
  const [from, to] = isMap ? [asMap(item).from, asMap(item).to] : [item, item];
  const first = readDate(from, isMap ? `${path}/from` : path, context);
  const last = isMap ? readDate(to, `${path}/to`, context) : first;
  if (first === undefined || last === undefined) return undefined;
  if (last >= first) return [[first, last]];
  const message = `the range ends on ${to}, before it begins on ${from}`;
  context.report(error("CONFIG_DATE", `${path}/to`, "value", message));
  return undefined;
}

function readDate(value: unknown, path: string, { report }: ClosingContext): number | undefined {
  const text = asText(value);
  if (text === undefined || !/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const day = readDay(text);
  if (day === undefined) report(error("CONFIG_DATE", path, "value", `there is no ${text}`));
  return day;
}

function withIcs(own: Closing, file: string, path: string, context: ClosingContext): Closing {
  const read = context.readFile(file);
  if (!("text" in read)) {
    const message = `the calendar file "${file.slice(0, 100)}": ${read.reason}`;
    const finding = error("CONFIG_CALENDAR_FILE", path, "value", message);
    context.report(read.hint === undefined ? finding : { ...finding, hint: read.hint });
    return own;
  }
  const found = readIcs(read.text);
  if ("problem" in found) {
    const message = `"${file.slice(0, 100)}" is no iCalendar file: ${found.problem}`;
    context.report(error("CONFIG_CALENDAR_ICS", path, "value", message));
    return own;
  }
  const { ranges, events, cut } = found;
  const warn = (message: string) =>
    context.report({ ...error("CONFIG_CALENDAR_ICS", path, "value", message), level: "warning" });
  if (cut) warn(`"${file}" has too many repeated events: the later ones close no day`);
  else if (ranges.length + events.length === 0) warn(`"${file}" has no events: it closes no day`);
  return { ...own, ranges: [...own.ranges, ...ranges], events };
}
