import { dirname, resolve } from "node:path";
import { queuesOf } from "../config/queues.ts";
import { createWorker } from "../worker/worker.ts";
import { type DaemonOptions, daemon } from "./daemon.ts";
import type { Host } from "./host.ts";

export interface WorkerCommandOptions extends DaemonOptions {
  /** Runs at once. */
  concurrency: number;
  /** Work queues to take from; empty: every queue of the file. */
  queues: readonly string[];
  /** How long running commands may go on after the first signal. ms. */
  drain: number;
}

/** `clockd worker`: runs the commands of the fires it receives. Resolves with an exit code. */
export function worker(options: WorkerCommandOptions, host: Host): Promise<number> {
  return daemon("worker", options, host, async ({ config, broker, time, emit, follow }) => {
    let inForce = config;
    const queues = options.queues.length > 0 ? options.queues : [...queuesOf(config)];
    const runner = createWorker({
      broker,
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
      const unknown = [...queuesOf(next)].filter((queue) => !queues.includes(queue));
      if (options.queues.length === 0 && unknown.length > 0) {
        const field = `queue (${unknown.join(", ")})`;
        emit({ type: "config.needs_restart", file: options.config, field });
      }
      return undefined;
    });
    host.hurry.addEventListener("abort", () => runner.terminate());
    await runner.run(host.stop);
    await runner.drain({ drainMs: options.drain });
  });
}
