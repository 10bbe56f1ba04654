import { dirname, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { queuesOf } from "../config/queues.ts";
import { createWorker } from "../worker/worker.ts";
import { type DaemonOptions, type DaemonParts, daemon } from "./daemon.ts";
import type { Host } from "./host.ts";

export interface WorkerCommandOptions extends DaemonOptions {
  /** Runs at once. */
  concurrency: number;
  /** Work queues to take from; empty: every queue of the file. */
  queues: readonly string[];
  /** How long running commands may go on after the first signal. ms. */
  drain: number;
}

/** Closing, and a busy machine. ms. */
const STOP_MARGIN_MS = 10_000;

/** `clockd worker`: runs the commands of the fires it receives. Resolves with an exit code. */
export function worker(options: WorkerCommandOptions, host: Host): Promise<number> {
  return daemon("worker", options, host, {
    stopWithin: (config) => options.drain + longestKillAfter(config) + STOP_MARGIN_MS,
    start(parts) {
      const { config, broker, time, emit, follow, onStop } = parts;
      let inForce = config;
      const queues = options.queues.length > 0 ? options.queues : [...queuesOf(config)];
      const runner = createWorker({
        broker,
        name: `${host.hostname}:${host.pid}`,
        queues,
        concurrency: options.concurrency,
        job: (name) => inForce.jobs.get(name),
        folder: () => dirname(resolve(options.config)),
        environment: host.environment,
        time,
        emit,
        random: Math.random,
      });
      follow(async (next) => {
        inForce = next;
        if (options.queues.length === 0) warnOfNewQueues(next, queues, parts, options.config);
        return undefined;
      });
      host.hurry.addEventListener("abort", () => runner.terminate());
      const ended = runner.run(host.stop);
      onStop("the worker", async () => {
        await Promise.all([runner.drain({ drainMs: options.drain }), ended]);
      });
    },
  });
}

function warnOfNewQueues(
  next: Config,
  taken: readonly string[],
  { emit }: DaemonParts,
  file: string,
): void {
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
