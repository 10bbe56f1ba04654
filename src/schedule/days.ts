import { Cron } from "croner";
import { DAY, FieldProblem, isAny, MONTH, readItem, readList, refused, WEEKDAY } from "./fields.ts";
import { createLru } from "./lru.ts";

/** Which days a pattern allows. A day is the number of days since 1970-01-01, in wall-clock time. */
export interface Days {
  /** The first day after `day`, or undefined when there is none. */
  next(day: number): number | undefined;
}

const DAY_MS = 86_400_000;
const EVERY_DAY: Days = { next: (day) => day + 1 };

/**
 * Reads day of month, month and day of week. When both day fields say something, either will do,
 * unless `and`. The calendar's arithmetic (months' lengths, `L`, `W`, `#`) is croner's.
 */
export function readDays(
  [dayText, monthText, weekdayText]: readonly [string, string, string],
  options: { and: boolean; job: string },
): Days {
  const plus = weekdayText.startsWith("+");
  const weekdays = readWeekdays(plus ? weekdayText.slice(1) : weekdayText, options.job);
  const months = isAny(monthText) ? "*" : readList(monthText, MONTH, options.job).join(",");
  const { croner: days, beforeLast } = readDaysOfMonth(dayText, options.job);
  if (days === "*" && weekdays === "*" && months === "*") return EVERY_DAY;
  if (days === "*" && months === "*" && !weekdays.includes("#")) return weekly(weekdays);
  const and = plus || options.and;
  if (beforeLast.length === 0) return withLastWeekday(days, `${months} ${weekdays}`, and);
  if (and && weekdays !== "*") {
    const text = `L-${beforeLast[0]}`;
    throw new FieldProblem(`${DAY.name}: "${text}" cannot be combined with a day of week by "and"`);
  }
  const parts = beforeLast.map((count) => shifted(calendarDays(`L ${months} *`, false), count));
  if (days !== "") parts.push(withLastWeekday(days, `${months} ${weekdays}`, false));
  else if (weekdays !== "*") parts.push(calendarDays(`* ${months} ${weekdays}`, false));
  return anyOf(parts);
}

/** croner reads `LW` only when it stands alone. */
function withLastWeekday(days: string, rest: string, and: boolean): Days {
  const others = days.split(",").filter((item) => item !== "LW");
  if (others.length === 0 || others.length === days.split(",").length) {
    return calendarDays(`${days} ${rest}`, and);
  }
  return anyOf([calendarDays(`LW ${rest}`, and), calendarDays(`${others.join(",")} ${rest}`, and)]);
}

function anyOf(parts: readonly Days[]): Days {
  return { next: (day) => earliest(parts.map((part) => part.next(day))) };
}

/** croner's way to say it, and the `n` of each `L-n`, which it cannot say. */
function readDaysOfMonth(text: string, job: string): { croner: string; beforeLast: number[] } {
  if (isAny(text)) return { croner: "*", beforeLast: [] };
  const beforeLast: number[] = [];
  const items = text.split(",").flatMap((item): (string | number)[] => {
    if (/^(L|LW|(\d{1,2})W)$/i.test(item)) return [readSpecialDay(item)];
    const match = /^L-(\d{1,2})$/i.exec(item);
    if (!match) return readItem(item, DAY, job);
    const count = Number(match[1]);
    if (count < 1 || count > 30) throw refused(item, DAY);
    beforeLast.push(count);
    return [];
  });
  return { croner: [...new Set(items)].join(","), beforeLast };
}

function readSpecialDay(item: string): string {
  const number = Number.parseInt(item, 10);
  if (number < DAY.low || number > DAY.high) throw refused(item, DAY);
  return item.toUpperCase();
}

/** Values, `5#2` (the second Friday), `5#L` or `5L` (the last one). */
function readWeekdays(text: string, job: string): string {
  if (isAny(text)) return "*";
  const items = text.split(",").flatMap((item): (string | number)[] => {
    const match = /^(\w+?)(?:#([1-5L])|(L))$/i.exec(item);
    if (!match || !isWeekday(match[1]!)) return readItem(item, WEEKDAY, job);
    const [weekday] = readItem(match[1]!, WEEKDAY, job);
    return [`${weekday}#${(match[2] ?? "L").toUpperCase()}`];
  });
  return [...new Set(items)].join(",");
}

function isWeekday(text: string): boolean {
  return /^[0-7]$/.test(text) || WEEKDAY.names!.includes(text.toLowerCase());
}

/** Days of the week alone need no calendar. 1970-01-01 was a Thursday. */
function weekly(text: string): Days {
  const wanted = new Set(text.split(",").map(Number));
  const ahead = Array.from({ length: 7 }, (_, weekday) => {
    let days = 1;
    while (!wanted.has((weekday + days) % 7)) days++;
    return days;
  });
  return { next: (day) => day + ahead[(((day + 4) % 7) + 7) % 7]! };
}

/** A Cron object keeps some 80 KiB alive: few are kept, and made again when they are needed. */
const crons = createLru<Cron>(64);

/** Asks croner once for each answer and remembers the last one: most questions are about it. */
function calendarDays(text: string, and: boolean): Days {
  const pattern = `0 0 0 ${text}`;
  const make = () => new Cron(pattern, { utcOffset: 0, mode: "6-part", domAndDow: and });
  const key = and ? `${text} and` : text;
  let from = Number.POSITIVE_INFINITY;
  let found: number | undefined = Number.NEGATIVE_INFINITY;
  return {
    next(day) {
      if (day >= from && (found === undefined || day < found)) return found;
      const run = crons.get(key, make).nextRun(new Date(day * DAY_MS));
      from = day;
      found = run === null ? undefined : run.getTime() / DAY_MS;
      return found;
    },
  };
}

/** `count` days earlier: never in another month, since only last days are shifted. */
function shifted(days: Days, count: number): Days {
  return {
    next(day) {
      let last = days.next(day + count);
      // L-30 exists in months of 31 days only.
      while (last !== undefined && dayOfMonth(last) <= count) last = days.next(last);
      return last === undefined ? undefined : last - count;
    },
  };
}

function dayOfMonth(day: number): number {
  return new Date(day * DAY_MS).getUTCDate();
}

function earliest(days: readonly (number | undefined)[]): number | undefined {
  const known = days.filter((day) => day !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
