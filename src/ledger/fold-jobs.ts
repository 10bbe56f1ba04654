import type { Instant } from "../clock/time.ts";
import { fireId } from "./fire.ts";
import { skipStretch } from "./gaps.ts";
import type { JobRecord, Trigger } from "./record.ts";
import type { JobState, LedgerState } from "./state.ts";

/** What happened to jobs beside their slots. */
export function applyJob(state: LedgerState, record: JobRecord): void {
  if (record.event === "added") add(state, record.jobs, record.after);
  else if (record.event === "removed") remove(state, record.jobs);
  else if (record.event === "renamed") rename(state, record.from, record.job);
  else if (record.event === "triggered") trigger(state, record);
  else if (record.event === "resumed") resume(state, record.job, record.at);
  else pause(state.jobs.get(record.job), record.at, record.by);
}

function add(state: LedgerState, names: readonly string[], after: Instant): void {
  for (const name of names) {
    if (!state.jobs.has(name)) state.jobs.set(name, { last: after, owed: [], missed: 0 });
  }
}

/** Who pauses it again changes nothing. */
function pause(job: JobState | undefined, at: Instant, by: string): void {
  if (job) job.paused ??= { at, by };
}

/** Their fires that are open stay so: they were fired. */
function remove(state: LedgerState, names: readonly string[]): void {
  for (const name of names) {
    state.jobs.delete(name);
    state.owing.delete(name);
  }
  if (state.triggers.size === 0) return;
  const removed = new Set(names);
  for (const [id, { job }] of state.triggers) if (removed.has(job)) state.triggers.delete(id);
}

/** What was asked of the old name stays asked: its fire would have another id. */
function rename(state: LedgerState, from: string, name: string): void {
  const job = state.jobs.get(from);
  if (!job) return;
  state.jobs.delete(from);
  const owes = state.owing.delete(from);
  if (state.jobs.has(name)) return;
  state.jobs.set(name, job);
  if (owes) state.owing.add(name);
}

/** What was due while it was paused is nobody's, also when no clock led to see it. */
function resume(state: LedgerState, name: string, at: Instant): void {
  const job = state.jobs.get(name);
  if (!job?.paused) return;
  skipStretch(job, { after: job.paused.at, until: at }, state.settled);
  if (job.owed.length > 0) state.owing.add(name);
  // Not `delete`: it would make this job slow for ever.
  const { paused: _, ...rest } = job;
  state.jobs.set(name, rest);
}

/** Asked for twice with one id it is fired once. */
function trigger(state: LedgerState, { job, slot, by, payload }: Trigger): void {
  const id = fireId(job, slot);
  const isFired = state.open.has(id) || state.jobs.get(job)?.lastFire?.slot === slot;
  if (isFired || state.triggers.has(id)) return;
  state.triggers.set(id, { job, slot, by, ...(payload === undefined ? {} : { payload }) });
}
