import type { WorkerFire } from "../broker/broker.ts";
import type { Job, RunTask } from "../config/config.ts";
import type { Outcome } from "./command.ts";

/** What to do with a fire: run it, or bury its message with the reason. */
export type Plan = { kind: "run"; task: RunTask } | { kind: "bury"; reason: string };

/** `job` is what the worker's own file says now about the fire's job. */
export function planFor(fire: WorkerFire, job: Job | undefined): Plan {
  if (!job) {
    return { kind: "bury", reason: `this worker's file has no job named ${fire.job}` };
  }
  if (job.task.kind !== "run") {
    return { kind: "bury", reason: `${fire.job} only publishes: it has no command to run` };
  }
  return { kind: "run", task: job.task };
}

/** What to do with the message of an attempt that has ended. */
export type Verdict = { kind: "finish" } | { kind: "give-back"; reason: string };

/**
 * An attempt settles its message however it ended; only one that was cut short by the worker's own
 * stop is somebody else's to do again.
 */
export function verdictOf(outcome: Outcome): Verdict {
  return outcome.terminated
    ? { kind: "give-back", reason: "its run was ended because this worker stops" }
    : { kind: "finish" };
}
