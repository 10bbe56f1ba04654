import { resolve } from "node:path";
import type { WorkerFire } from "../broker/broker.ts";
import type { RunTask } from "../config/config.ts";
import { formatSlot } from "../ledger/fire.ts";
import type { Command } from "./command.ts";

/** What a worker has around it when it starts a command. */
export interface Surroundings {
  /** The worker's own environment. */
  environment: Readonly<Record<string, string | undefined>>;
  /** The folder of the config file, absolute. */
  folder: string;
  /** The work queue that the fire came from. */
  queue: string;
}

/**
 * The command of a fire. What is executed comes from the worker's own file alone; what the message
 * says reaches it only as environment and standard input. The job's `env` wins over the worker's
 * own environment, and clockd's own variables over both.
 */
export function commandOf(fire: WorkerFire, task: RunTask, around: Surroundings): Command {
  const { payload } = fire;
  return {
    command: task.command,
    env: environmentOf(fire, task, around),
    cwd: resolve(around.folder, task.cwd ?? "."),
    killAfter: task.killAfter,
    ...(payload === undefined ? {} : { input: JSON.stringify(payload) }),
    ...(task.timeout === undefined ? {} : { timeout: task.timeout }),
  };
}

function environmentOf(
  fire: WorkerFire,
  task: RunTask,
  { environment, queue }: Surroundings,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined) env[name] = value;
  }
  return {
    ...env,
    ...task.env,
    CLOCKD_JOB: fire.job,
    CLOCKD_SLOT: formatSlot(fire.slot),
    CLOCKD_FIRE: fire.id,
    CLOCKD_ATTEMPT: String(fire.attempt),
    CLOCKD_QUEUE: queue,
    TRACEPARENT: fire.traceparent,
  };
}
