import { compileSchedule } from "../schedule/compile.ts";
import type { Instant, Schedule, ScheduleProblem, ScheduleSpec } from "../schedule/schedule.ts";
import { scheduleWarnings } from "../schedule/warnings.ts";
import { specKey } from "./spec.ts";

/** A compiled schedule with what there is to say about it. Jobs written the same share one. */
export interface Timing {
  key: string;
  /** As in the spec; here so that jobs share the text. */
  timezone: string;
  /** Present when no problem is an error. */
  schedule?: Schedule;
  problems: readonly ScheduleProblem[];
  /** ms from the next slot to the one after; undefined when there are not two. */
  interval(): number | undefined;
}

/** Compiles schedules; each different one once, since a file of many jobs has few of them. */
export function createTimings(now: Instant): (spec: ScheduleSpec) => Timing {
  const timings = new Map<string, Timing>();
  return (spec) => {
    const key = specKey(spec);
    let timing = timings.get(key);
    if (!timing) timings.set(key, (timing = compile(key, spec, now)));
    return timing;
  };
}

function compile(key: string, spec: ScheduleSpec, now: Instant): Timing {
  const { timezone } = spec;
  const compiled = compileSchedule(spec);
  if ("problems" in compiled) {
    return { key, timezone, problems: compiled.problems, interval: () => undefined };
  }
  const { schedule } = compiled;
  const problems = scheduleWarnings(spec, schedule, now);
  let known: { ms: number | undefined } | undefined;
  const interval = () => (known ??= { ms: spec.every ?? distance(schedule, now) }).ms;
  return { key, timezone, schedule, problems, interval };
}

function distance(schedule: Schedule, now: Instant): number | undefined {
  const first = schedule.next(now);
  const second = first === undefined ? undefined : schedule.next(first);
  return second === undefined ? undefined : second - first!;
}
