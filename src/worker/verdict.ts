import type { WorkerFire } from "../broker/broker.ts";
import type { Job, RunTask } from "../config/config.ts";
import type { RunEnd } from "../ledger/run-record.ts";
import type { Outcome } from "./command.ts";
import type { Ending } from "./held.ts";
import { retryAfter } from "./retry.ts";

/** What to do with a fire: run it, or bury its message with the reason. */
export type Plan = { kind: "run"; task: RunTask; job: Job } | { kind: "bury"; reason: string };

/** `job` is what the worker's own file says now about the fire's job. */
export function planFor(fire: WorkerFire, job: Job | undefined): Plan {
  if (!job) {
    return { kind: "bury", reason: `this worker's file has no job named ${fire.job}` };
  }
  if (job.task.kind !== "run") {
    return { kind: "bury", reason: `${fire.job} only publishes: it has no command to run` };
  }
  return { kind: "run", task: job.task, job };
}

/** What follows on the end of an attempt. */
export interface Verdict {
  end: RunEnd;
  /** ms; with `retry`. */
  retryIn?: number;
  /** Beside the outcome's own reason. */
  reason?: string;
}

/**
 * An attempt that was cut short by the worker's own stop is somebody else's to do again. One that
 * failed is followed by another while there are attempts left; after that it belongs to the dead letters,
 * if its job asks for more than one attempt: without that its failures are only recorded. `message` is
 * the attempt that its message said.
 */
export function verdictOf(
  outcome: Outcome,
  ending: Ending | undefined,
  { retry }: RunTask,
  { message, before }: { message: number; before: number },
  random: number,
): Verdict {
  // It may have timed out before the worker was told to stop.
  if (ending?.why === "drain" && outcome.terminated) {
    return { end: "given-back", reason: "its run was ended because this worker stops" };
  }
  if (ending?.why === "cancelled") return { end: "cancelled", reason: `cancelled by ${ending.by}` };
  if (ending?.why === "replaced")
    return { end: "replaced", reason: `${ending.by} takes its place` };
  if (outcome.ok) return { end: "done" };
  const retryIn = retryAfter(retry, outcome, message, before, random);
  if (retryIn !== undefined) return { end: "retry", retryIn };
  return { end: retry.attempts > 1 || before > 0 ? "dead" : "done" };
}
