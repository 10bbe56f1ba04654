import type { ScheduleProblem } from "../schedule/schedule.ts";
import type { Job, RunTask } from "./config.ts";
import { formatDuration } from "./duration.ts";
import { error, type Finding } from "./finding.ts";
import { readDuration } from "./limits.ts";
import { joinPointer } from "./pointer.ts";
import { asMap, type Raw } from "./raw.ts";
import { readSpec } from "./spec.ts";
import { type RunDefaults, readPublish, readRun, readRunFields, type TaskContext } from "./task.ts";
import type { Timing } from "./timing.ts";

/** What reading a job needs besides the job. */
export interface JobContext extends TaskContext {
  timingOf(spec: NonNullable<ReturnType<typeof readSpec>>): Timing;
  /** `defaults` as written, and its run fields read. */
  defaults: Raw;
  runDefaults: RunDefaults;
}

/**
 * Reads a job and reports what the schema cannot see. Undefined when it is unusable; even so,
 * everything that can be said about it is said.
 */
export function readJob(name: string, raw: Raw, context: JobContext): Job | undefined {
  const path = joinPointer("/jobs", name);
  const timing = readTiming(raw, path, context);
  const task = readTask(raw, path, context);
  if (task?.kind === "run" && timing) warnOfTimeout(raw, path, task, timing, context);
  if (!timing?.schedule || !task) return undefined;
  const { schedule, key, timezone } = timing;
  const paused = (raw.paused ?? context.defaults.paused ?? false) === true;
  const job: Job = { name, schedule, scheduleKey: key, timezone, paused, task };
  if (typeof raw.description === "string") job.description = raw.description;
  return job;
}

/** Reports what is wrong with the schedule fields of `defaults`, which no single job is to blame for. */
export function checkDefaults(context: JobContext): void {
  const spec = readSpec({ every: "1h" }, context.defaults);
  if (!spec) return;
  for (const problem of context.timingOf(spec).problems) {
    context.report(scheduleFinding(problem, `/defaults/${problem.field}`));
  }
}

function readTiming(raw: Raw, path: string, context: JobContext): Timing | undefined {
  readDuration("every", raw.every, `${path}/every`, context.report);
  const spec = readSpec(raw, context.defaults);
  const timing = spec && context.timingOf(spec);
  for (const problem of timing?.problems ?? []) {
    const { field, code, index } = problem;
    if (raw[field] !== undefined) {
      const item = Array.isArray(raw[field]) && index !== undefined ? `/${index}` : "";
      context.report(scheduleFinding(problem, `${path}/${field}${item}`));
    } else if (code === "SCHEDULE_NEVER") {
      // A default that is right by itself and leaves this job no slot.
      context.report({ ...scheduleFinding(problem, path), at: "key" });
    }
  }
  return timing;
}

function scheduleFinding(problem: ScheduleProblem, path: string): Finding {
  const { level, code, message, hint } = problem;
  const finding: Finding = { level, code, path, at: "value", message };
  return hint === undefined ? finding : { ...finding, hint };
}

function readTask(raw: Raw, path: string, context: JobContext): Job["task"] | undefined {
  if (raw.run !== undefined) return readRun(raw, path, context.runDefaults, context);
  if (raw.publish !== undefined) {
    return readPublish(asMap(raw.publish), `${path}/publish`, context);
  }
  readRunFields(raw, path, context);
  return undefined;
}

function warnOfTimeout(
  raw: Raw,
  path: string,
  { timeout }: RunTask,
  timing: Timing,
  context: JobContext,
): void {
  if (timeout === undefined) return;
  const interval = timing.intervalBelow(timeout);
  if (interval === undefined) return;
  const field = raw.timeout === undefined ? (raw.cron === undefined ? "every" : "cron") : "timeout";
  const longer = `the timeout ${formatDuration(timeout)} is longer than the interval`;
  const message = `${longer} ${formatDuration(interval)}: runs may overlap`;
  context.report({
    ...error("CONFIG_TIMEOUT_EXCEEDS_INTERVAL", `${path}/${field}`, "value", message),
    level: "warning",
  });
}
