import type { Config, Job } from "../config/config.ts";
import type { Instant, Schedule } from "../schedule/schedule.ts";
import type { Window } from "./window.ts";

export const MINUTE_MS = 60_000;

/** How many slots fall into each minute of a window; the first minute begins at `start`. */
export interface Minutes extends Window {
  start: Instant;
  counts: Float64Array;
  /** Of each minute with a slot the first and the last one, when they are wanted. */
  edges?: { first: Float64Array; last: Float64Array };
}

export function createMinutes({ from, to }: Window, withEdges = false): Minutes {
  const start = Math.floor(from / MINUTE_MS) * MINUTE_MS;
  const length = Math.max(0, Math.ceil((to - start) / MINUTE_MS));
  const minutes = { from, to, start, counts: new Float64Array(length) };
  if (!withEdges) return minutes;
  const first = new Float64Array(length).fill(Infinity);
  const last = new Float64Array(length).fill(-Infinity);
  return { ...minutes, edges: { first, last } };
}

/** A count, and how often each slot is added to it; it may be taken away. */
export interface Counted {
  minutes: Minutes;
  weight: number;
}

/** Adds a schedule's slots to one or several counts of the same window. */
export function addSlots(schedule: Schedule, counted: readonly Counted[]): void {
  const [one] = counted;
  if (!one) return;
  const { from, to, start } = one.minutes;
  if (schedule.every && schedule.every.interval < MINUTE_MS) {
    addOften(schedule.every, counted, one.minutes);
    return;
  }
  let slot = schedule.next(from - 1);
  while (slot !== undefined && slot < to) {
    add(counted, Math.floor((slot - start) / MINUTE_MS), 1, slot, slot);
    slot = schedule.next(slot);
  }
}

function add(
  counted: readonly Counted[],
  minute: number,
  slots: number,
  first: Instant,
  last: Instant,
): void {
  for (const { minutes, weight } of counted) {
    minutes.counts[minute]! += slots * weight;
    const { edges } = minutes;
    if (!edges) continue;
    edges.first[minute] = Math.min(edges.first[minute]!, first);
    edges.last[minute] = Math.max(edges.last[minute]!, last);
  }
}

/** Several slots a minute: counting them is arithmetic. */
function addOften(
  { anchor, interval }: NonNullable<Schedule["every"]>,
  counted: readonly Counted[],
  { from, to, start, counts }: Minutes,
): void {
  const before = (instant: Instant) => Math.ceil((instant - anchor) / interval);
  for (let minute = 0; minute < counts.length; minute++) {
    const begin = before(Math.max(from, start + minute * MINUTE_MS));
    const end = before(Math.min(to, start + (minute + 1) * MINUTE_MS));
    if (end === begin) continue;
    const [first, last] = [anchor + begin * interval, anchor + (end - 1) * interval];
    add(counted, minute, end - begin, first, last);
  }
}

/** Adds the slots of all jobs that fire; schedules that jobs share are worked out once. */
export function addJobs(minutes: Minutes, jobs: Iterable<Job>, weight = 1): void {
  const schedules = new Map<string, { schedule: Schedule; jobs: number }>();
  for (const { scheduleKey, schedule, paused } of jobs) {
    if (paused) continue;
    const found = schedules.get(scheduleKey);
    if (found) found.jobs += 1;
    else schedules.set(scheduleKey, { schedule, jobs: 1 });
  }
  for (const { schedule, jobs: count } of schedules.values()) {
    addSlots(schedule, [{ minutes, weight: count * weight }]);
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

/** The number of the minute with the most slots, the first of several; -1 when there is no slot at all. */
export function busiestMinute({ counts }: Minutes): number {
  let best = -1;
  for (const [minute, slots] of counts.entries()) {
    if (slots > (best < 0 ? 0 : counts[best]!)) best = minute;
  }
  return best;
}

/** That minute with its jobs; undefined when there is no slot at all. */
export function busiest(minutes: Minutes, jobs: Config["jobs"]): Moment | undefined {
  const best = busiestMinute(minutes);
  if (best < 0) return undefined;
  const at = minutes.start + best * MINUTE_MS;
  const names = jobsAt(jobs.values(), at, minutes).map(({ name }) => name);
  return { at, slots: minutes.counts[best]!, jobs: names };
}

/** The jobs that fire in the minute that begins at `at`. */
export function jobsAt(jobs: Iterable<Job>, at: Instant, { from, to }: Window): Job[] {
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
  return [...jobs].filter(({ paused, schedule }) => !paused && isDue(schedule));
}
