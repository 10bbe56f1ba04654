import { compileSchedule } from "../schedule/compile.ts";
import type { Instant, Schedule, ScheduleProblem, ScheduleSpec } from "../schedule/schedule.ts";
import { scheduleWarnings } from "../schedule/warnings.ts";
import { specKey } from "./spec.ts";

/** A compiled schedule with what there is to say about it. Jobs written the same share one. */
export interface Timing {
  key: string;
  /** Here so that jobs share it. */
  spec: ScheduleSpec;
  /** Present when no problem is an error. */
  schedule?: Schedule;
  problems: readonly ScheduleProblem[];
  /** ms from the next slot to the one after when that is less than `ms`; otherwise undefined. */
  intervalBelow(ms: number): number | undefined;
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
  const compiled = compileSchedule(spec);
  if ("problems" in compiled || isEmpty(spec, compiled.schedule)) {
    const problems = "problems" in compiled ? compiled.problems : [allClosed(spec)];
    return { key, spec, problems, intervalBelow: () => undefined };
  }
  const { schedule } = compiled;
  const problems = scheduleWarnings(spec, schedule, now);
  let known: { ms: number } | undefined;
  const intervalBelow = (ms: number) => {
    if (ms <= leastInterval(spec)) return undefined;
    known ??= { ms: spec.every ?? distance(schedule, now) };
    return known.ms < ms ? known.ms : undefined;
  };
  return { key, spec, schedule, problems, intervalBelow };
}

/** Calendars may leave no slot at all. Schedules without them have been looked at when compiled. */
function isEmpty({ except }: ScheduleSpec, schedule: Schedule): boolean {
  return except !== undefined && schedule.next(0) === undefined;
}

function allClosed({ except }: ScheduleSpec): ScheduleProblem {
  const names = except!.map(({ name }) => name).join(", ");
  const message = `no slot is left: every one is on a day that is closed by ${names}`;
  return { level: "error", code: "SCHEDULE_NEVER", field: "except", message };
}

/** One fixed minute comes once an hour at most: most files need no slots computed for this. */
function leastInterval({ cron }: ScheduleSpec): number {
  const [pattern] = cron ?? [];
  return cron?.length === 1 && /^\d+( \S+){4}$/.test(pattern!) ? 3_600_000 : 0;
}

function distance(schedule: Schedule, now: Instant): number {
  const first = schedule.next(now);
  const second = first === undefined ? undefined : schedule.next(first);
  return second === undefined ? Infinity : second - first!;
}
