import { dirname, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { queuesOf } from "../config/queues.ts";
import { STANDARD_PACE } from "../ledger/pace.ts";
import type { Emit } from "../observe/events.ts";
import { createGuard } from "../worker/guard.ts";
import { createWorker } from "../worker/worker.ts";
import { type Apply, type DaemonOptions, type DaemonParts, daemon } from "./daemon.ts";
import { GUARD } from "./guard.ts";
import type { Host } from "./host.ts";

export interface WorkerCommandOptions extends DaemonOptions {
  /** Runs at once. */
  concurrency: number;
  /** Work queues to take from; empty: every queue of the file. */
  queues: readonly string[];
  /** How long running commands may go on after the first signal. ms. */
  drain: number;
}

const DEFAULT_QUEUE = "default";

/** Closing, and a busy machine. ms. */
const STOP_MARGIN_MS = 10_000;

/** `clockd worker`: runs the commands of the fires it receives. Resolves with an exit code. */
export function worker(options: WorkerCommandOptions, host: Host): Promise<number> {
  return daemon("worker", options, host, {
    drain: options.drain,
    stopWithin: (config) => workerStopsWithin(options, config),
    start: (parts) => startWorker(parts, options, host),
  });
}

/** How long the end of a worker with this file may take after the first signal. ms. */
export function workerStopsWithin({ drain }: WorkerCommandOptions, config: Config): number {
  return drain + longestKillAfter(config) + STOP_MARGIN_MS;
}

/** Runs a worker until `host.stop` is aborted; `host.hurry` ends its commands. */
export function startWorker(
  { config, broker, name, time, emit, onStop }: DaemonParts,
  options: WorkerCommandOptions,
  host: Host,
): Apply {
  let inForce = config;
  const queues = options.queues.length > 0 ? options.queues : queuesToTake(config);
  const { environment } = host;
  const guard = createGuard({ command: [...host.self, GUARD], environment, emit });
  // Stopped last: the commands that are still going when the time for the end is over die with it.
  onStop("the guard", () => guard.close());
  const runner = createWorker({
    broker,
    name,
    queues,
    concurrency: options.concurrency,
    job: (name) => inForce.jobs.get(name),
    folder: () => dirname(resolve(options.config)),
    environment,
    time,
    emit,
    guard,
    random: Math.random,
    pace: STANDARD_PACE,
  });
  host.hurry.addEventListener("abort", () => runner.terminate());
  const ended = runner.run(host.stop);
  onStop("the worker", async () => {
    await Promise.all([runner.drain({ drainMs: options.drain }), ended]);
  });
  return async (next) => {
    inForce = next;
    if (options.queues.length === 0) warnOfNewQueues(next, queues, emit, options.config);
    return undefined;
  };
}

/** A file without commands gets its first one later, and most likely for the queue that needs no name. */
function queuesToTake(config: Config): string[] {
  const named = [...queuesOf(config)];
  return named.length > 0 ? named : [DEFAULT_QUEUE];
}

function warnOfNewQueues(next: Config, taken: readonly string[], emit: Emit, file: string): void {
  const unknown = [...queuesOf(next)].filter((queue) => !taken.includes(queue));
  if (unknown.length === 0) return;
  emit({ type: "config.needs_restart", file, field: `queue (${unknown.join(", ")})` });
}

function longestKillAfter(config: Config): number {
  let longest = 0;
  for (const { task } of config.jobs.values()) {
    if (task.kind === "run") longest = Math.max(longest, task.killAfter);
  }
  return longest;
}
