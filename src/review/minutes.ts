import type { Config, Job } from "../config/config.ts";
import type { Instant, Schedule } from "../schedule/schedule.ts";
import type { Window } from "./window.ts";

export const MINUTE_MS = 60_000;

/** How many slots fall into each minute of a window; the first minute begins at `start`. */
export interface Minutes extends Window {
  start: Instant;
  counts: Float64Array;
}

export function createMinutes({ from, to }: Window): Minutes {
  const start = Math.floor(from / MINUTE_MS) * MINUTE_MS;
  const length = Math.max(0, Math.ceil((to - start) / MINUTE_MS));
  return { from, to, start, counts: new Float64Array(length) };
}

/** Adds a schedule's slots, each `weight` times, to one or several counts of the same window. */
export function addSlots(
  schedule: Schedule,
  counted: readonly { minutes: Minutes; weight: number }[],
): void {
  const [first] = counted;
  if (!first) return;
  const { from, to, start } = first.minutes;
  const add = (minute: number, slots: number) => {
    for (const { minutes, weight } of counted) minutes.counts[minute]! += slots * weight;
  };
  if (schedule.every && schedule.every.interval < MINUTE_MS) {
    addOften(schedule.every, first.minutes, add);
    return;
  }
  let slot = schedule.next(from - 1);
  while (slot !== undefined && slot < to) {
    add(Math.floor((slot - start) / MINUTE_MS), 1);
    slot = schedule.next(slot);
  }
}

/** Several slots a minute: counting them is arithmetic. */
function addOften(
  { anchor, interval }: NonNullable<Schedule["every"]>,
  { from, to, start, counts }: Minutes,
  add: (minute: number, slots: number) => void,
): void {
  const before = (instant: Instant) => Math.ceil((instant - anchor) / interval);
  for (let minute = 0; minute < counts.length; minute++) {
    const begin = Math.max(from, start + minute * MINUTE_MS);
    const end = Math.min(to, start + (minute + 1) * MINUTE_MS);
    add(minute, before(end) - before(begin));
  }
}

/** A minute, and who meets there. */
export interface Moment {
  /** Its beginning. */
  at: Instant;
  slots: number;
  /** All of them, by name. */
  jobs: string[];
}

/** The minute with the most slots, the first of several; undefined when there is no slot at all. */
export function busiest(minutes: Minutes, jobs: Config["jobs"]): Moment | undefined {
  const { start, counts } = minutes;
  let best = -1;
  for (const [minute, slots] of counts.entries()) {
    if (slots > (best < 0 ? 0 : counts[best]!)) best = minute;
  }
  if (best < 0) return undefined;
  const at = start + best * MINUTE_MS;
  return { at, slots: counts[best]!, jobs: jobsAt(jobs, at, minutes).map(({ name }) => name) };
}

/** The jobs with a slot in the minute that begins at `at`. */
export function jobsAt(jobs: Config["jobs"], at: Instant, { from, to }: Window): Job[] {
  const begin = Math.max(at, from);
  const end = Math.min(at + MINUTE_MS, to);
  const known = new Map<Schedule, boolean>();
  const isDue = (schedule: Schedule) => {
    let due = known.get(schedule);
    if (due === undefined) {
      const slot = schedule.next(begin - 1);
      known.set(schedule, (due = slot !== undefined && slot < end));
    }
    return due;
  };
  return [...jobs.values()].filter(({ paused, schedule }) => !paused && isDue(schedule));
}
