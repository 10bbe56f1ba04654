import { type Days, readDays } from "./days.ts";
import { type Field, FieldProblem, HOUR, MINUTE, readList, SECOND } from "./fields.ts";
import { createLru } from "./lru.ts";
import type { ScheduleSpec } from "./schedule.ts";

/**
 * A cron pattern in wall-clock space: it knows nothing of zones. Times are local ms, as in
 * `zone.ts`.
 */
export interface Pattern {
  /** The first match strictly after `local`, or undefined when there is none. */
  next(local: number): number | undefined;
  /** The hour field is `*`: an hourly rhythm, to which a gap or an overlap means nothing. */
  readonly everyHour: boolean;
  /** Second, minute or hour uses `*`, `-` or `/`: a rhythm, which goes on in both passes. */
  readonly repeating: boolean;
}

/** Why a text is no pattern, as a sentence. */
export interface PatternProblem {
  message: string;
  /** It is well formed and no date ever matches it. */
  never: boolean;
}

export interface PatternOptions {
  /** Day of month and day of week must both match. */
  and?: boolean;
  /** What `H` is made from: the job's name. */
  job?: string;
}

/** What of a spec matters to its patterns. */
export function patternOptions({ dayMatch, job }: ScheduleSpec): PatternOptions {
  return { and: dayMatch === "and", ...(job === undefined ? {} : { job }) };
}

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** Many jobs share a pattern, and a file is read again at every edit. */
const patterns = createLru<Pattern | PatternProblem>(20_000);

/**
 * Reads a pattern of 5 or 6 fields, or a nickname such as `@daily`. A pattern that never matches
 * is a problem too.
 */
export function readPattern(
  text: string,
  { and = false, job = "" }: PatternOptions = {},
): Pattern | PatternProblem {
  const key = `${and ? "&" : "|"}${/h/i.test(text) ? job : ""}|${text}`;
  return patterns.get(key, () => {
    try {
      return makePattern(splitFields(text), { and, job }, text);
    } catch (error) {
      if (!(error instanceof FieldProblem)) throw error;
      return { message: `"${text}": ${error.message}`, never: false };
    }
  });
}

export type Fields = readonly [string, string, string, string, string, string];

/** Six fields; a pattern of five begins at second 0. */
export function splitFields(text: string): Fields {
  const trimmed = text.trim();
  const written = trimmed.startsWith("@") ? NICKNAMES[trimmed.toLowerCase()] : trimmed;
  if (written === undefined) {
    throw new FieldProblem(`is not one of ${Object.keys(NICKNAMES).join(", ")}`);
  }
  const fields = written.split(/\s+/);
  if (fields.length === 5) fields.unshift("0");
  if (fields.length === 6) return fields as unknown as Fields;
  const count = written === "" ? 0 : fields.length;
  throw new FieldProblem(
    `${count} fields, where 5 are needed (minute hour day month weekday), or 6 with seconds first`,
  );
}

function makePattern(
  [second, minute, hour, ...dates]: Fields,
  options: { and: boolean; job: string },
  text: string,
): Pattern | PatternProblem {
  const times = [second, minute, hour].map((field) => field.replace(/h\([^)]*\)/gi, "H"));
  const next = nextMatch(
    readDays(dates, options),
    readTable(second, SECOND, options.job),
    readTable(minute, MINUTE, options.job),
    readTable(hour, HOUR, options.job),
  );
  if (next(0) === undefined) return { message: `"${text}" never matches any date`, never: true };
  return {
    next,
    everyHour: times[2] === "*" || times[2] === "?",
    repeating: times.some((field) => /[*?/-]/.test(field)),
  };
}

/** At each value of a field, the first allowed value that is not before it, or -1. */
type Table = Int8Array;

/** The same few fields stand in most patterns. */
const tables = createLru<Table>(2000);

function readTable(text: string, field: Field, job: string): Table {
  const values = readList(text, field, job);
  return tables.get(`${field.high} ${values.join()}`, () => {
    const table = new Int8Array(field.high + 2);
    return table.map((_, at) => values.find((value) => value >= at) ?? -1);
  });
}

const DAY_MS = 86_400_000;

/** Days are asked for, the time within a day is arithmetic. */
function nextMatch(days: Days, seconds: Table, minutes: Table, hours: Table): Pattern["next"] {
  const first = (hours[0]! * 60 + minutes[0]!) * 60 + seconds[0]!;

  /** The first allowed second of a day from `from` on, or -1. */
  function within(from: number): number {
    const hour = Math.floor(from / 3600);
    if (hours[hour] === hour) {
      const minute = Math.floor(from / 60) % 60;
      if (minutes[minute] === minute) {
        const second = seconds[from % 60]!;
        if (second >= 0) return (hour * 60 + minute) * 60 + second;
      }
      const later = minutes[minute + 1]!;
      if (later >= 0) return (hour * 60 + later) * 60 + seconds[0]!;
    }
    const later = hours[hour + 1]!;
    return later < 0 ? -1 : (later * 60 + minutes[0]!) * 60 + seconds[0]!;
  }

  return (local) => {
    const day = Math.floor(local / DAY_MS);
    const from = Math.floor((local - day * DAY_MS) / 1000) + 1;
    if (from < 86_400 && days.next(day - 1) === day) {
      const second = within(from);
      if (second >= 0) return day * DAY_MS + second * 1000;
    }
    const next = days.next(day);
    return next === undefined ? undefined : next * DAY_MS + first * 1000;
  };
}
