import type { Config, Job } from "../config/config.ts";
import { compileSchedule, spreadOf } from "../schedule/compile.ts";
import type { Instant, Schedule, ScheduleSpec } from "../schedule/schedule.ts";
import { addJobs, addSlots, busiestMinute, jobsAt, MINUTE_MS, type Minutes } from "./minutes.ts";

/** Jobs that meet in a minute, and what a `spread` would do about it. */
export interface SpreadAdvice {
  /** The minute. */
  at: Instant;
  jobs: string[];
  /** ms */
  spread: number;
  /** The slots of the busiest minute of all, without it and with it; earlier advice taken. */
  before: number;
  after: number;
}

const SPREADS = [1, 2, 5, 10, 15, 30, 60].map((minutes) => minutes * MINUTE_MS);
const MOST_ADVICE = 3;
/** Fewer jobs than that are no herd. */
const LEAST_HERD = 5;
/** Nor is a minute that has not so many times what a minute has on average. */
const LEAST_PEAK = 3;
/** It must take away a fifth of the busiest minute to be worth a word. */
const WORTH = 0.8;
/** A shorter spread is better than a longer one that does little more, or more than is needed. */
const NEARLY = 1.2;
const ENOUGH = 0.1;

/** Which spreads would help, by trying them: each is applied to the jobs, and their slots are counted. */
export function suggestSpreads(jobs: Config["jobs"], minutes: Minutes): SpreadAdvice[] {
  const advice: SpreadAdvice[] = [];
  const counts = minutes.counts.slice();
  const spread = new Set<string>();
  while (advice.length < MOST_ADVICE) {
    const others = [...jobs.values()].filter(({ name }) => !spread.has(name));
    const found = adviceFor(others, { ...minutes, counts });
    if (!found) break;
    advice.push(found.advice);
    counts.set(found.counts);
    for (const name of found.advice.jobs) spread.add(name);
  }
  return advice;
}

interface Tried {
  advice: SpreadAdvice;
  counts: Float64Array;
}

function adviceFor(jobs: readonly Job[], minutes: Minutes): Tried | undefined {
  const peak = busiestMinute(minutes);
  if (peak < 0) return undefined;
  const before = minutes.counts[peak]!;
  const sum = minutes.counts.reduce((all, slots) => all + slots, 0);
  if (before < (LEAST_PEAK * sum) / minutes.counts.length) return undefined;
  const at = minutes.start + peak * MINUTE_MS;
  const herd = jobsAt(jobs, at, minutes).filter(({ spec }) => !spec.spread);
  const tried = SPREADS.flatMap((spread) => {
    const members = herd.filter((job) => hasRoom(job, at, spread));
    if (members.length < LEAST_HERD) return [];
    const counts = applied(members, spread, minutes);
    const after = counts[busiestMinute({ ...minutes, counts })]!;
    const names = members.map(({ name }) => name);
    return [{ advice: { at, jobs: names, spread, before, after }, counts }];
  });
  const best = Math.min(...tried.map(({ advice }) => advice.after));
  if (best > before * WORTH) return undefined;
  const goal = Math.max(best * NEARLY, before * ENOUGH, LEAST_HERD);
  return tried.find(({ advice }) => advice.after <= goal);
}

/** The job's slots must stay in order: no spread is longer than half the way to its next slot. */
function hasRoom({ schedule }: Job, at: Instant, spread: number): boolean {
  const slot = schedule.next(at - 1);
  const next = slot === undefined ? undefined : schedule.next(slot);
  return next === undefined || next - slot! >= 2 * spread;
}

/** The counts as they would be with the spread. */
function applied(members: readonly Job[], spread: number, minutes: Minutes): Float64Array {
  const { edges: _, ...rest } = minutes;
  const changed: Minutes = { ...rest, counts: minutes.counts.slice() };
  addJobs(changed, members, -1);
  // Jobs of one schedule that happen to get the same offset have the same slots.
  const shared = new Map<string, { schedule: Schedule; jobs: number }>();
  for (const { name, spec, scheduleKey } of members) {
    const wanted: ScheduleSpec = { ...spec, spread, job: name };
    const key = `${spreadOf(wanted)} ${scheduleKey}`;
    const found = shared.get(key);
    if (found) found.jobs += 1;
    else shared.set(key, { schedule: compiled(wanted), jobs: 1 });
  }
  for (const { schedule, jobs } of shared.values()) {
    addSlots(schedule, [{ minutes: changed, weight: jobs }]);
  }
  return changed.counts;
}

function compiled(spec: ScheduleSpec): Schedule {
  const result = compileSchedule(spec);
  if ("schedule" in result) return result.schedule;
  throw new Error(`a schedule is none any more with a spread: ${result.problems[0]?.message}`);
}
