/**
 * A slow and obvious second opinion on when a job is due: it walks the wall clock of the zone minute
 * by minute (or second by second) and asks Temporal which instants show that time. It shares no code
 * with clockd.
 */
export interface PlainJob {
  run: string;
  timezone?: string;
  cron?: string | string[];
  every?: string;
  anchor?: string;
  at?: string[];
  starts?: string;
  ends?: string;
}

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Slots after `from` and not after `until`, in order. */
export function referenceSlots(job: PlainJob, from: number, until: number): number[] {
  const zone = job.timezone ?? "UTC";
  const found = new Set<number>();
  if (job.every) {
    const every = Number(job.every.slice(0, -1)) * UNITS[job.every.slice(-1)]!;
    const anchor = job.anchor ? instantOf(job.anchor, zone) : 0;
    let slot = anchor;
    while (slot > from) slot -= every;
    for (; slot <= until; slot += every) if (slot > from) found.add(slot);
  }
  for (const text of job.at ?? []) found.add(instantOf(text, zone));
  for (const pattern of [job.cron ?? []].flat()) walk(pattern, zone, from, until, found);
  const starts = job.starts ? instantOf(job.starts, zone) : -Infinity;
  const ends = job.ends ? instantOf(job.ends, zone) : Infinity;
  return [...found]
    .filter((slot) => slot > from && slot <= until && slot >= starts && slot < ends)
    .sort((a, b) => a - b);
}

function instantOf(text: string, zone: string): number {
  return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds;
}

function walk(pattern: string, zone: string, from: number, until: number, found: Set<number>) {
  const fields = pattern.split(" ");
  if (fields.length === 5) fields.unshift("0");
  const [second, minute, hour, day, month, weekday] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const seconds = numbers(second, 0, 59);
  const minutes = new Set(numbers(minute, 0, 59));
  const hours = new Set(numbers(hour, 0, 23));
  const days = new Set(numbers(day, 1, 31));
  const months = new Set(numbers(month, 1, 12));
  const weekdays = new Set(numbers(weekday, 0, 7).map((n) => n % 7));
  const dayMatches = (date: Temporal.PlainDateTime) => {
    const [byDay, byWeekday] = [days.has(date.day), weekdays.has(date.dayOfWeek % 7)];
    // As cron has it: when both fields say something, either of them will do.
    return day === "*" || weekday === "*" ? byDay && byWeekday : byDay || byWeekday;
  };
  const wall = (instant: number) =>
    Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDateTime();
  const end = wall(until).add({ hours: 2 });
  let at = wall(from)
    .subtract({ hours: 2 })
    .round({ smallestUnit: "minute", roundingMode: "floor" });
  for (; Temporal.PlainDateTime.compare(at, end) <= 0; at = at.add({ minutes: 1 })) {
    if (!minutes.has(at.minute) || !hours.has(at.hour)) continue;
    if (!months.has(at.month) || !dayMatches(at)) continue;
    for (const each of seconds) {
      for (const instant of instants(at.with({ second: each }), zone, fields)) found.add(instant);
    }
  }
}

/** The instants at which a zone's wall clock shows a time, by the daylight saving rule. */
function instants(wall: Temporal.PlainDateTime, zone: string, fields: string[]): number[] {
  const [first, second] = (["earlier", "later"] as const).map((disambiguation) =>
    wall.toZonedDateTime(zone, { disambiguation }),
  ) as [Temporal.ZonedDateTime, Temporal.ZonedDateTime];
  if (first.epochMilliseconds === second.epochMilliseconds) return [first.epochMilliseconds];
  const exists = first.toPlainDateTime().equals(wall);
  if (exists) {
    const rhythm = /[*/-]/.test(fields.slice(0, 3).join(""));
    return rhythm ? [first.epochMilliseconds, second.epochMilliseconds] : [first.epochMilliseconds];
  }
  if (fields[2] === "*") return [];
  return [first.getTimeZoneTransition("next")!.epochMilliseconds];
}

/** `*`, numbers, lists, ranges and steps: all that the generated patterns use. */
function numbers(field: string, low: number, high: number): number[] {
  return field.split(",").flatMap((part) => {
    const [range, step = "1"] = part.split("/") as [string, string?];
    const [first, last] = range === "*" ? [low, high] : range.split("-").map(Number);
    const found: number[] = [];
    for (let n = first!; n <= (last ?? first!); n += Number(step)) found.push(n);
    return found;
  });
}

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Africa/Casablanca",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "Atlantic/Azores",
  "Europe/London",
];

/** Jobs of every kind, the same for the same seed. */
export function randomJobs(count: number, seed: number): Record<string, PlainJob> {
  let state = seed;
  const below = (n: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const one = <T>(items: readonly T[]): T => items[below(items.length)]!;
  const minute = () => one(["0", "30", "5,35", "*/20", "10-12", `${below(60)}`]);
  const hour = () => one(["*", "*/2", "1-3", "2", "2,14", `${below(24)}`]);
  const makers: (() => Partial<PlainJob>)[] = [
    () => ({ cron: `${minute()} ${hour()} * * *`, timezone: one(ZONES) }),
    () => ({
      cron: `${minute()} ${hour()} * * ${one(["1-5", "0", "7", "2,4"])}`,
      timezone: one(ZONES),
    }),
    () => ({ cron: `${minute()} 2 ${20 + below(8)} 10 ${one(["*", "1"])}`, timezone: one(ZONES) }),
    () => ({ cron: [`15 ${below(24)} * * *`, `45 ${hour()} * * *`], timezone: one(ZONES) }),
    () => ({
      cron: `${one(["0,30", "7", "*/45"])} ${below(60)} ${hour()} * * *`,
      timezone: one(ZONES),
    }),
    () => ({ every: one(["7m", "1h", "25m", "6h", "1d", "11h"]) }),
    () => ({ every: one(["15m", "2h"]), anchor: "2026-10-01T00:04:05", timezone: one(ZONES) }),
    () => ({
      at: [`2026-10-2${2 + below(6)}T02:30:00`, "2026-10-01T00:00:00"],
      timezone: one(ZONES),
    }),
    () => ({
      every: "30m",
      starts: "2026-10-23",
      ends: "2026-10-25T12:00:00",
      timezone: one(ZONES),
    }),
  ];
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const job = { run: "true", ...makers[index % makers.length]!() };
      return [`job-${index}`, job];
    }),
  );
}
