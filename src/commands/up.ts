import { CLOCK_STOPS_WITHIN_MS, startClock } from "./clock.ts";
import { daemon } from "./daemon.ts";
import type { Host } from "./host.ts";
import { startWorker, type WorkerCommandOptions, workerStopsWithin } from "./worker.ts";

/**
 * `clockd up`: a clock and a worker in one process, with one file, one broker and one log. Resolves
 * with an exit code.
 *
 * Both hear of the first signal at the same moment: while commands drain, nothing is fired any more.
 * What the clock fires at its end waits in the broker.
 */
export function up(options: WorkerCommandOptions, host: Host): Promise<number> {
  return daemon("up", options, host, {
    drain: options.drain,
    stopWithin: (config) => Math.max(CLOCK_STOPS_WITHIN_MS, workerStopsWithin(options, config)),
    start(parts) {
      const clock = startClock({ ...parts, emit: parts.logAs("clock") }, host);
      // Started last, it is the first to be waited for: its drain begins at the signal, however long
      // the clock takes.
      const worker = startWorker({ ...parts, emit: parts.logAs("worker") }, options, host);
      // The clock first, since only it can refuse.
      return async (next) => (await clock(next)) ?? worker(next);
    },
  });
}
