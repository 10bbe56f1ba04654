import cronstrue from "cronstrue";
import { daysInWords } from "./describe-days.ts";
import { DAY, type Field, HOUR, MINUTE, MONTH, readList, SECOND, WEEKDAY } from "./fields.ts";
import { type Fields, splitFields } from "./pattern.ts";
import { listed, runsOf } from "./words.ts";

/** What makes the words of a pattern, beside its text. */
export interface WordOptions {
  and: boolean;
  job: string;
}

/** Valid patterns in words: `At 08:00 and 18:00, on Monday to Friday`. */
export function cronInWords(texts: readonly string[], options: WordOptions): string {
  /** Patterns that differ only by their time of day are one sentence. */
  const times = new Map<string, Set<string>>();
  const sentences: string[] = [];
  for (const text of texts) {
    const [second, minute, hour, ...dates] = splitFields(text);
    const days = daysInWords(dates, options);
    const values = timeValues([second, minute, hour], options.job);
    if (isRhythm(values)) {
      sentences.push(comma(rhythm(values), days));
    } else {
      const known = times.get(days) ?? times.set(days, new Set()).get(days)!;
      for (const time of timesOfDay(values)) known.add(time);
    }
  }
  const lists = [...times].map(([days, set]) =>
    comma(`At ${listed([...set].sort())}`, days || "every day"),
  );
  return [...lists, ...sentences]
    .map((sentence, index) => (index === 0 ? sentence : lowerFirst(sentence)))
    .join("; and ");
}

/** What each `H` of a pattern stands for, such as `minute 17`. */
export function hashedInWords(text: string, job: string): string[] {
  const fields: Fields = splitFields(text);
  return [SECOND, MINUTE, HOUR, DAY, MONTH, WEEKDAY].flatMap((field, index) => {
    const written = fields[index]!;
    const hashed = written.split(",").filter((item) => /^\+?h/i.test(item));
    if (hashed.length === 0) return [];
    const values = readList(hashed.join().replace("+", ""), field, job);
    return [`${field.name}${values.length > 1 ? "s" : ""} ${listed(values.map(String))}`];
  });
}

type Values = [seconds: number[], minutes: number[], hours: number[]];

/** More than a few times of day are told as a rhythm, unless they have none. */
function isRhythm([seconds, minutes, hours]: Values): boolean {
  const times = seconds.length * minutes.length * hours.length;
  const once = times === hours.length && runsOf(hours, 0, 24).length > 2;
  return times > (once && !fieldText(hours, HOUR).startsWith("*") ? 24 : 6);
}

function timeValues([second, minute, hour]: [string, string, string], job: string): Values {
  return [readList(second, SECOND, job), readList(minute, MINUTE, job), readList(hour, HOUR, job)];
}

function timesOfDay([seconds, minutes, hours]: Values): string[] {
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) =>
      seconds.map((second) => [hour, minute, ...(second > 0 ? [second] : [])].map(two).join(":")),
    ),
  );
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/**
 * cronstrue is asked about the values and not the text: it takes `0/7` for every 7 minutes, which would go
 * on over the full hour. Its words for some hours of the day only are easily misread, so they are ours.
 */
function rhythm([seconds, minutes, hours]: Values): string {
  const written = [fieldText(seconds, SECOND), fieldText(minutes, MINUTE), fieldText(hours, HOUR)];
  const plain = written[2]!.startsWith("*");
  const text = `${written[0]} ${written[1]} ${plain ? written[2] : "*"} * * *`;
  const words = cronstrue.toString(text, { use24HourTimeFormat: true }).replace(", and ", " and ");
  return plain ? words : `${words}, ${hoursInWords(hours, minutes)}`;
}

function hoursInWords(hours: readonly number[], minutes: readonly number[]): string {
  const [first, last] = [two(minutes[0]!), two(minutes.at(-1)!)];
  const runs = runsOf(hours, 0, 24);
  if (runs.length > 2) return `within the hours ${listed(hours.map(two))}`;
  const spans = runs.map((run) => `from ${two(run[0]!)}:${first} to ${two(run.at(-1)!)}:${last}`);
  return listed(spans);
}

/** The values of a field in the form that cronstrue has the best words for. */
function fieldText(values: readonly number[], { low, high }: Field): string {
  const size = high - low + 1;
  const [first = 0, second = 0] = values;
  const step = values.length > 1 ? second - first : 0;
  const even = values.every((value, index) => value === first + index * step);
  if (values.length === size) return "*";
  if (even && first === low && step * values.length === size) return `*/${step}`;
  if (even && step === 1 && values.length > 2) return `${first}-${values.at(-1)}`;
  return values.join(",");
}

function comma(time: string, days: string): string {
  if (days === "every day") return `${time} ${days}`;
  return days ? `${time}, ${days}` : time;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
