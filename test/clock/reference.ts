import { referenceSlots as cronSlots } from "../schedule/reference.ts";

/** A second opinion on when a job of a file is due. It shares no code with clockd. */
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
  const spec = { cron: [job.cron ?? []].flat(), timezone: zone };
  for (const slot of cronSlots(spec, from, until)) found.add(slot);
  const starts = job.starts ? instantOf(job.starts, zone) : -Infinity;
  const ends = job.ends ? instantOf(job.ends, zone) : Infinity;
  return [...found]
    .filter((slot) => slot > from && slot <= until && slot >= starts && slot < ends)
    .sort((a, b) => a - b);
}

function instantOf(text: string, zone: string): number {
  return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds;
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
