import type { Config } from "../config/config.ts";
import type { Instant } from "../schedule/schedule.ts";
import type { Zone } from "../schedule/zone.ts";
import { addJobs, createMinutes, jobsAt, MINUTE_MS, type Minutes, type Moment } from "./minutes.ts";
import { type SpreadAdvice, suggestSpreads } from "./spread.ts";
import type { Window } from "./window.ts";

const HOUR_MS = 3_600_000;

/** How much is fired in a window, and when. */
export interface Load {
  window: Window;
  slots: number;
  /** By the hour of the day, 24 of them, local in a zone. */
  byHour: number[];
  /** By the minute of the hour, 60 of them. */
  byMinute: number[];
  /** Each hour of the window, from the one on that the window begins in. */
  hours: { start: Instant; slots: Float64Array };
  /** Each day of the window with its hours, on the wall clock. */
  days: DayLoad[];
  /** The busiest minutes, each with other jobs. The busiest one first. */
  busiest: Moment[];
  /** The longest time without a slot; undefined when no minute is without one. */
  silence: Window | undefined;
  /** What would make the busiest minutes less busy. */
  spreads: SpreadAdvice[];
}

export interface DayLoad {
  /** Days since 1970-01-01. */
  day: number;
  /** 24 of them; one that comes twice has the slots of both. */
  hours: number[];
}

/** Works out what the jobs of a file come to in a window. The memory it takes grows with the window only. */
export function loadOf(jobs: Config["jobs"], window: Window, zone: Zone): Load {
  const minutes = createMinutes(window, true);
  addJobs(minutes, jobs.values());
  const { byMinute, days } = folded(minutes, zone);
  const byHour = Array.from({ length: 24 }, (_, hour) =>
    days.reduce((sum, { hours }) => sum + hours[hour]!, 0),
  );
  return {
    window,
    slots: byMinute.reduce((sum, slots) => sum + slots, 0),
    byHour,
    byMinute,
    hours: hoursOf(minutes),
    days,
    busiest: busiestMoments(minutes, jobs),
    silence: longestSilence(minutes),
    spreads: suggestSpreads(jobs, minutes),
  };
}

function folded({ start, counts }: Minutes, zone: Zone) {
  const days: DayLoad[] = [];
  const byMinute = Array.from({ length: 60 }, () => 0);
  for (const [index, slots] of counts.entries()) {
    const at = start + index * MINUTE_MS;
    const minute = Math.floor((at + zone.spanAt(at).offset) / MINUTE_MS);
    const hour = Math.floor(minute / 60);
    const day = Math.floor(hour / 24);
    let found = days.at(-1);
    if (found?.day !== day)
      days.push((found = { day, hours: Array.from({ length: 24 }, () => 0) }));
    byMinute[minute % 60]! += slots;
    found.hours[hour - day * 24]! += slots;
  }
  return { days, byMinute };
}

function hoursOf({ start: from, to, counts }: Minutes): Load["hours"] {
  const start = Math.floor(from / HOUR_MS) * HOUR_MS;
  const slots = new Float64Array(Math.max(0, Math.ceil((to - start) / HOUR_MS)));
  for (const [index, count] of counts.entries()) {
    slots[Math.floor((from + index * MINUTE_MS - start) / HOUR_MS)]! += count;
  }
  return { start, slots };
}

const MOST_MOMENTS = 5;
/** Minutes that are looked at for other jobs: in most files a few of them come day after day. */
const MOST_TRIED = 50;

function busiestMoments(minutes: Minutes, jobs: Config["jobs"]): Moment[] {
  const { start, counts } = minutes;
  const busy = [...counts.keys()].filter((index) => counts[index]! > 0);
  busy.sort((a, b) => counts[b]! - counts[a]! || a - b);
  const moments = new Map<string, Moment>();
  for (const index of busy.slice(0, MOST_TRIED)) {
    if (moments.size === MOST_MOMENTS) break;
    const at = start + index * MINUTE_MS;
    const names = jobsAt(jobs.values(), at, minutes).map(({ name }) => name);
    const key = names.join();
    if (!moments.has(key)) moments.set(key, { at, slots: counts[index]!, jobs: names });
  }
  return [...moments.values()];
}

function longestSilence({ from, to, counts, edges }: Minutes): Window | undefined {
  let longest: Window = { from, to: from + MINUTE_MS - 1 };
  let last = from;
  const look = (next: Instant) => {
    if (next - last > longest.to - longest.from) longest = { from: last, to: next };
  };
  for (const index of counts.keys()) {
    if (counts[index] === 0) continue;
    look(edges!.first[index]!);
    last = edges!.last[index]!;
  }
  look(to);
  return longest.to - longest.from < MINUTE_MS ? undefined : longest;
}
