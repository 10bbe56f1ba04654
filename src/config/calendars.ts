import { type Closing, createCalendar } from "../schedule/calendar.ts";
import type { Calendar } from "../schedule/schedule.ts";
import { zoneNamed } from "../schedule/zone.ts";
import { type ReadFile, readClosing } from "./closing.ts";
import { error, type Finding } from "./finding.ts";
import { nearest } from "./nearest.ts";
import { joinPointer } from "./pointer.ts";
import { asMap, type Raw } from "./raw.ts";

/** The calendars of a file. Jobs of one zone share what is made of a calendar. */
export interface Calendars {
  /** Those of an `except`, on the wall clock of a zone. Unknown names are reported when it has a path. */
  find(names: readonly string[], timezone: string, path: string | undefined): readonly Calendar[];
  /** The texts of the files that were read for them, by name. */
  files: ReadonlyMap<string, string>;
}

export interface CalendarContext {
  readFile: ReadFile | undefined;
  report(finding: Finding): void;
}

/** Reads `calendars`, and reports what the schema cannot see. */
export function readCalendars(raw: Raw, context: CalendarContext): Calendars {
  const { report } = context;
  const files = new Map<string, string>();
  const sources = new Map<string, Source>();
  /** By zone and names: jobs with the same `except` share the list. */
  const found = new Map<string, readonly Calendar[]>();
  for (const [name, value] of Object.entries(raw)) {
    const path = joinPointer("/calendars", name);
    const closing = readClosing(asMap(value), path, { readFile, report });
    sources.set(name, { name, key: keyOf(closing), closing, made: new Map() });
  }

  function readFile(name: string): ReturnType<ReadFile> {
    const read = context.readFile?.(name) ?? CANNOT_READ;
    if ("text" in read) files.set(name, read.text);
    return read;
  }

  const find: Calendars["find"] = (names, timezone, path) => {
    const key = [timezone, ...names].join("\0");
    const known = found.get(key);
    if (known) return known;
    const calendars = names.flatMap((name) => {
      const source = sources.get(name);
      return source ? (inZone(source, timezone) ?? []) : [];
    });
    if (names.every((name) => sources.has(name))) found.set(key, calendars);
    else if (path !== undefined) reportUnknown(names, path, [...sources.keys()], report);
    return calendars;
  };

  return { find, files };
}

const CANNOT_READ = {
  reason: "files beside this text cannot be read",
  hint: "give the schedules as a file",
};

/** A calendar before the zone is known in which its days are to be looked up. */
interface Source {
  name: string;
  key: string;
  closing: Closing;
  made: Map<string, Calendar>;
}

function inZone(source: Source, timezone: string): Calendar | undefined {
  const { name, key, closing, made } = source;
  // Only moments are on other days in other zones.
  const where = closing.events.length > 0 ? timezone : "UTC";
  const known = made.get(where);
  const zone = zoneNamed(where);
  if (known || !zone) return known;
  const calendar: Calendar = { ...createCalendar(closing, zone), name, key };
  made.set(where, calendar);
  return calendar;
}

function reportUnknown(
  names: readonly string[],
  path: string,
  known: readonly string[],
  report: (finding: Finding) => void,
): void {
  for (const [index, name] of names.entries()) {
    if (known.includes(name)) continue;
    const message = `there is no calendar "${name.slice(0, 40)}"`;
    const place = joinPointer(path, index);
    const finding = error("CONFIG_UNKNOWN_CALENDAR", place, "value", message);
    const meant = nearest(name, known);
    const hint = meant ? `did you mean ${meant}?` : "name one of the file's calendars";
    report({ ...finding, hint });
  }
}

function keyOf(closing: Closing): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(JSON.stringify(closing)).digest("hex").slice(0, 12);
}
