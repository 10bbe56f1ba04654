/** What a pattern says, read with no thought of speed: the values of each field, and which dates. */
export interface PlainPattern {
  seconds: number[];
  minutes: number[];
  hours: number[];
  onDate(date: Temporal.PlainDate): boolean;
  /** The hour field is exactly `*` or `?`. */
  everyHour: boolean;
  /** Second, minute or hour says `*`, `?`, `-` or `/`. */
  rhythm: boolean;
}

const NICKNAMES: Record<string, string> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split(" ");

/** Reads a valid pattern, which has no `H`. */
export function readPlain(text: string, dayMatch: "or" | "and" = "or"): PlainPattern {
  const fields = (NICKNAMES[text] ?? text).toUpperCase().split(" ");
  if (fields.length === 5) fields.unshift("0");
  const [second, minute, hour, day, monthText, weekdayText] = fields as Six;
  const plus = weekdayText.startsWith("+");
  const weekday = named(weekdayText.replace("+", ""), WEEKDAYS, 0);
  const months = numbers(named(monthText, MONTHS, 1), 1, 12);
  const and = plus || dayMatch === "and" || says(day) + says(weekday) < 2;
  const times = [second, minute, hour];
  return {
    seconds: numbers(second, 0, 59),
    minutes: numbers(minute, 0, 59),
    hours: numbers(hour, 0, 23),
    onDate(date) {
      if (!months.includes(date.month)) return false;
      const byDay = day.split(",").some((item) => isDay(item, date));
      const byWeekday = weekday.split(",").some((item) => isWeekday(item, date));
      return and ? byDay && byWeekday : byDay || byWeekday;
    },
    everyHour: hour === "*" || hour === "?",
    rhythm: times.some((field) => /[*?/-]/.test(field)),
  };
}

type Six = [string, string, string, string, string, string];

/** 1 when a day field restricts anything. */
function says(field: string): number {
  return field === "*" || field === "?" ? 0 : 1;
}

function named(field: string, names: string[], first: number): string {
  return names.reduce((text, name, index) => text.replaceAll(name, String(index + first)), field);
}

function isDay(item: string, date: Temporal.PlainDate): boolean {
  const last = date.daysInMonth;
  if (item === "L") return date.day === last;
  if (item.startsWith("L-")) return date.day === last - Number(item.slice(2));
  if (item.endsWith("W")) {
    const wanted = item === "LW" ? last : Number(item.slice(0, -1));
    return wanted <= last && date.day === nearestWeekday(date.with({ day: wanted }));
  }
  return numbers(item, 1, 31).includes(date.day);
}

/** The day of the month, Monday to Friday, that is nearest to a date without leaving the month. */
function nearestWeekday({ day, dayOfWeek, daysInMonth }: Temporal.PlainDate): number {
  if (dayOfWeek === 6) return day === 1 ? 3 : day - 1;
  if (dayOfWeek === 7) return day === daysInMonth ? day - 2 : day + 1;
  return day;
}

function isWeekday(item: string, date: Temporal.PlainDate): boolean {
  const weekday = date.dayOfWeek % 7;
  const [number = "", place] = item.endsWith("L") ? [item[0], "L"] : item.split("#");
  if (place === undefined) {
    const text = item.replace(/^0-7/, "0-6").replaceAll(/(?<!\/)7/g, "0");
    return numbers(text, 0, 6).includes(weekday);
  }
  if (Number(number) % 7 !== weekday) return false;
  return place === "L" ? date.day + 7 > date.daysInMonth : Math.ceil(date.day / 7) === +place;
}

/** The numbers that a field names. A range runs on from the field's end to its beginning. */
function numbers(field: string, low: number, high: number): number[] {
  return field.split(",").flatMap((item) => {
    const [range = "", step] = item.split("/");
    const [first, last = step === undefined ? first : String(high)] =
      range === "*" || range === "?" ? [String(low), String(high)] : range.split("-");
    const found = [Number(first)];
    for (let n = Number(first); n !== Number(last); ) {
      n = n === high ? low : n + 1;
      found.push(n);
    }
    return found.filter((_, index) => index % Number(step ?? 1) === 0);
  });
}
