import { isDeepStrictEqual } from "node:util";
import type { Config, Job } from "./config.ts";

/** What a reload changes, as sorted names of jobs. */
export interface ConfigDiff {
  added: string[];
  changed: string[];
  removed: string[];
}

/**
 * Compares the jobs of two configs. A job has changed when anything that its fires or its runs
 * depend on is different; a description is not.
 */
export function diffConfigs(before: Config, after: Config): ConfigDiff {
  const diff: ConfigDiff = { added: [], changed: [], removed: [] };
  for (const [name, job] of after.jobs) {
    const old = before.jobs.get(name);
    if (!old) diff.added.push(name);
    else if (!isSameJob(old, job)) diff.changed.push(name);
  }
  for (const name of before.jobs.keys()) {
    if (!after.jobs.has(name)) diff.removed.push(name);
  }
  for (const names of Object.values(diff)) names.sort();
  return diff;
}

/** They are due at the same times and do the same; what only people read may differ. */
export function isSameJob(a: Job, b: Job): boolean {
  return (
    a.scheduleKey === b.scheduleKey &&
    a.paused === b.paused &&
    isDeepStrictEqual(a.catchUp, b.catchUp) &&
    isDeepStrictEqual(a.task, b.task)
  );
}
