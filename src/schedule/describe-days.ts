import { DAY, isAny, MONTH, readItem, readList, WEEKDAY } from "./fields.ts";
import { listed, runsOf } from "./words.ts";

const MONTHS = [
  ...["January", "February", "March", "April", "May", "June", "July", "August", "September"],
  ...["October", "November", "December"],
];
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const PLACES = ["first", "second", "third", "fourth", "fifth"];
const WORKING_DAY = "working day (Monday to Friday)";

/**
 * The days of a pattern in words, such as `on Monday to Friday, in June`; empty when it is every day.
 * The fields have been read without a problem before.
 */
export function daysInWords(
  [dayText, monthText, weekdayText]: readonly [string, string, string],
  options: { and: boolean; job: string },
): string {
  const plus = weekdayText.startsWith("+");
  const weekdays = plus ? weekdayText.slice(1) : weekdayText;
  const day = isAny(dayText) ? "" : `on ${daysOfMonth(dayText, options.job)}`;
  const weekday = isAny(weekdays) ? undefined : weekdaysOf(weekdays, options.job);
  const months = readList(isAny(monthText) ? "*" : monthText, MONTH, options.job);
  const month = months.length === 12 ? "" : `in ${monthsInWords(months)}`;
  const days = joined(day, weekday, plus || options.and);
  return [days || (month && "every day"), month].filter(Boolean).join(", ").replace(DAY_IN, " $1");
}

/** No comma in `every day in June`. */
const DAY_IN = /(?<=^every day), (in )/;

function joined(day: string, weekday: Weekdays | undefined, and: boolean): string {
  if (!weekday || (!day && weekday.all)) return day;
  const on = `on ${listed(weekday.phrases)}`;
  if (!day) return on;
  if (and) return `${day}, but only if that is ${listed(weekday.phrases.map(withArticle), "or")}`;
  return `${day} or ${on} (either is enough)`;
}

function withArticle(phrase: string): string {
  return /^the | to /.test(phrase) ? phrase : `a ${phrase}`;
}

function daysOfMonth(text: string, job: string): string {
  const values: number[] = [];
  const specials = text.split(",").flatMap((item) => {
    const special = specialDay(item.toUpperCase());
    if (special === undefined) values.push(...readItem(item, DAY, job));
    return special ?? [];
  });
  const plain = [...new Set(values)].sort((a, b) => a - b);
  return listed([...(plain.length > 0 ? [numbered(plain)] : []), ...specials]);
}

function specialDay(item: string): string | undefined {
  if (item === "L") return "the last day of the month";
  if (item === "LW") return `the last ${WORKING_DAY} of the month`;
  const [, before, nearest] = /^(?:L-(\d+)|(\d+)W)$/.exec(item) ?? [];
  if (before === "1") return "the day before the last day of the month";
  if (before !== undefined)
    return `the day ${Number(before)} days before the last day of the month`;
  if (nearest === undefined) return undefined;
  return `the ${WORKING_DAY} nearest to day ${Number(nearest)} of the month`;
}

function numbered(days: readonly number[]): string {
  const [first, second] = days as [number, number?];
  if (second === undefined) return `day ${first} of the month`;
  const step = second - first;
  const even = days.length > 4 && days.every((day, index) => day === first + index * step);
  if (even && step > 1) {
    return `every ${ordinal(step)} day of the month from day ${first} to day ${days.at(-1)}`;
  }
  const runs = runsOf(days, 1, 31).flatMap((run) => shortRun(run.map(String)));
  return `days ${listed(runs)} of the month`;
}

function ordinal(number: number): string {
  const ending =
    number % 10 === 1 ? "st" : number % 10 === 2 ? "nd" : number % 10 === 3 ? "rd" : "";
  return number > 10 && number < 14 ? `${number}th` : `${number}${ending || "th"}`;
}

interface Weekdays {
  phrases: string[];
  all: boolean;
}

/** `MON-FRI`, and the n-th or last one of a month. */
function weekdaysOf(text: string, job: string): Weekdays {
  const values: number[] = [];
  const places: string[] = [];
  for (const item of text.split(",")) {
    const [, weekday, place] = /^(\w+?)(?:#([1-5L])|L)$/i.exec(item) ?? [];
    // `SUNL` has an L at its end, but so does no name of a day.
    if (weekday === undefined) values.push(...readItem(item, WEEKDAY, job));
    else {
      const name = WEEKDAYS[readItem(weekday, WEEKDAY, job)[0]!];
      const which = /^[1-5]$/.test(place ?? "") ? PLACES[Number(place) - 1] : "last";
      places.push(`the ${which} ${name} of the month`);
    }
  }
  // A week begins on Monday, for the eye.
  const runs = runsOf(values, 0, 7, 1);
  const names = runs.flatMap((run) => shortRun(run.map((weekday) => WEEKDAYS[weekday]!)));
  return { phrases: [...names, ...places], all: new Set(values).size === 7 };
}

function monthsInWords(months: readonly number[]): string {
  const runs = runsOf(months, 1, 12);
  return listed(runs.flatMap((run) => shortRun(run.map((month) => MONTHS[month - 1]!))));
}

/** `a to c` for three and more. */
function shortRun(items: readonly string[]): string[] {
  return items.length > 2 ? [`${items[0]} to ${items.at(-1)}`] : [...items];
}
