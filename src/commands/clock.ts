import { createClock } from "../clock/clock.ts";
import { type DaemonOptions, daemon } from "./daemon.ts";
import type { Host } from "./host.ts";

/** Confirms get 5 s, closing 1 s; the rest is for a busy machine. ms. */
const STOP_WITHIN_MS = 10_000;

/** `clockd`: publishes slots as they come due, until told to stop. Resolves with an exit code. */
export function clock(options: DaemonOptions, host: Host): Promise<number> {
  return daemon("clock", options, host, {
    stopWithin: () => STOP_WITHIN_MS,
    start({ config, broker, name, time, emit, follow, onStop }) {
      const clock = createClock({ broker, config, name, time, emit, random: Math.random });
      follow((next) => clock.reload(next));
      const ended = clock.run(host.stop);
      onStop("the clock", () => ended);
    },
  });
}
