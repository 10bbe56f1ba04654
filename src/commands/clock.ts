import { createClock } from "../clock/clock.ts";
import { STANDARD_PACE } from "../ledger/pace.ts";
import { type Apply, type DaemonOptions, type DaemonParts, daemon } from "./daemon.ts";
import type { Host } from "./host.ts";

/** Confirms get 5 s, closing 1 s; the rest is for a busy machine. ms. */
export const CLOCK_STOPS_WITHIN_MS = 10_000;

/** `clockd`: publishes slots as they come due, until told to stop. Resolves with an exit code. */
export function clock(options: DaemonOptions, host: Host): Promise<number> {
  return daemon("clock", options, host, {
    stopWithin: () => CLOCK_STOPS_WITHIN_MS,
    start: (parts) => startClock(parts, host),
  });
}

/** Runs a clock until `host.stop` is aborted. */
export function startClock(parts: DaemonParts, host: Host): Apply {
  const { broker, config, name, time, emit, onStop } = parts;
  const shared = { broker, config, name, time, emit };
  const clock = createClock({ ...shared, random: Math.random, pace: STANDARD_PACE });
  const ended = clock.run(host.stop);
  onStop("the clock", () => ended);
  return (next) => clock.reload(next);
}
