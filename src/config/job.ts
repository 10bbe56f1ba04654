import type { ScheduleProblem, ScheduleSpec } from "../schedule/schedule.ts";
import type { Calendars } from "./calendars.ts";
import type { CatchUpReader } from "./catch-up.ts";
import type { Job } from "./config.ts";
import type { Finding } from "./finding.ts";
import { warnOfRun, warnOfSpread } from "./interval-warnings.ts";
import { readDuration } from "./limits.ts";
import { joinPointer } from "./pointer.ts";
import { asMap, asText, type Raw } from "./raw.ts";
import { readSpec, type SpecContext } from "./spec.ts";
import {
  type Readers,
  type RunDefaults,
  readPublish,
  readRun,
  readRunFields,
  type TaskContext,
} from "./task.ts";
import type { Timing } from "./timing.ts";

/** What reading a job needs besides the job. */
export interface JobContext extends TaskContext, Readers {
  timingOf(spec: ScheduleSpec): Timing;
  calendars: Calendars;
  readCatchUp: CatchUpReader;
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
  const timing = readTiming(name, raw, path, context);
  const task = readTask(raw, path, context);
  const catchUp = context.readCatchUp(asMap(raw.catch_up), `${path}/catch_up`);
  if (task?.kind === "run" && timing) warnOfRun(raw, path, task, timing, context);
  if (timing) warnOfSpread(raw, path, timing, context);
  if (!timing?.schedule || !task) return undefined;
  const { schedule, key, spec } = timing;
  const { timezone } = spec;
  const paused = (raw.paused ?? context.defaults.paused ?? false) === true;
  const job: Job = { name, schedule, spec, scheduleKey: key, timezone, paused, catchUp, task };
  if (typeof raw.description === "string") job.description = raw.description;
  const renamedFrom = asText(raw.renamed_from);
  if (renamedFrom !== undefined) job.renamedFrom = renamedFrom;
  return job;
}

/** Reports what is wrong with the schedule fields of `defaults`, which no single job is to blame for. */
export function checkDefaults(context: JobContext): void {
  readDuration("spread", context.defaults.spread, "/defaults/spread", context.report);
  const findCalendars: SpecContext["findCalendars"] = (names, timezone) =>
    context.calendars.find(names, timezone, "/defaults/except");
  const spec = readSpec({ every: "1h" }, context.defaults, { name: "", findCalendars });
  if (!spec) return;
  for (const problem of context.timingOf(spec).problems) {
    context.report(scheduleFinding(problem, `/defaults/${problem.field}`));
  }
}

function readTiming(name: string, raw: Raw, path: string, context: JobContext): Timing | undefined {
  readDuration("every", raw.every, `${path}/every`, context.report);
  readDuration("spread", raw.spread, `${path}/spread`, context.report);
  const findCalendars: SpecContext["findCalendars"] = (names, timezone, own) =>
    context.calendars.find(names, timezone, own ? `${path}/except` : undefined);
  const spec = readSpec(raw, context.defaults, { name, findCalendars });
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
  context.readRetry(asMap(raw.retry), `${path}/retry`);
  context.readNotices(raw, path);
  return undefined;
}
