import { Cron } from "croner";
import { createLru } from "./lru.ts";

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

/** What croner says of a pattern it refuses, as a sentence. */
export interface PatternProblem {
  message: string;
}

/**
 * Reads a pattern of 5 or 6 fields, or a nickname such as `@daily`. A pattern that never matches
 * is a problem too.
 */
export function readPattern(text: string): Pattern | PatternProblem {
  return patterns.get(text, () => makePattern(text));
}

/** Many jobs share a pattern, and a file is read again at every edit. */
const patterns = createLru<Pattern | PatternProblem>(10_000);

function makePattern(text: string): Pattern | PatternProblem {
  try {
    const cron = cronFor(text);
    if (cron.nextRun(new Date(0)) === null) return { message: `"${text}" never matches any date` };
  } catch (error) {
    return { message: croner(error as Error, text) };
  }
  const fields = timeFields(text);
  return {
    next: (local) =>
      cronFor(text)
        .nextRun(new Date(wholeSecond(local)))
        ?.getTime(),
    everyHour: fields.hour === "*" || fields.hour === "?",
    repeating: /[*?/-]/.test(fields.second + fields.minute + fields.hour),
  };
}

/**
 * A Cron object keeps about 81 KiB alive and takes 12 µs to make, so only the latest few are kept:
 * 100,000 jobs must not cost gigabytes.
 */
const crons = createLru<Cron>(100);

function cronFor(text: string): Cron {
  return crons.get(text, () => new Cron(text, { utcOffset: 0, mode: "5-or-6-parts" }));
}

const NICKNAMED_HOURLY = /^@hourly$/i;

function timeFields(text: string): { second: string; minute: string; hour: string } {
  const trimmed = text.trim();
  if (trimmed.startsWith("@")) {
    return { second: "0", minute: "0", hour: NICKNAMED_HOURLY.test(trimmed) ? "*" : "0" };
  }
  const fields = trimmed.split(/\s+/);
  const [second, minute, hour] = fields.length === 6 ? fields : ["0", ...fields];
  return { second: second!, minute: minute!, hour: hour! };
}

/** croner's own sentence without its prefix, and with what clockd allows. */
function croner(error: Error, text: string): string {
  const message = error.message.replace(/^CronPattern: /, "");
  return message.includes("space separated parts")
    ? `"${text}" is not a cron pattern of 5 or 6 fields`
    : `"${text}": ${message}`;
}

/** Matches are whole seconds, so the part of a second does not matter to "strictly after". */
function wholeSecond(local: number): number {
  return Math.floor(local / 1000) * 1000;
}
