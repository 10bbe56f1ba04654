import { createClock } from "../clock/clock.ts";
import { type DaemonOptions, daemon } from "./daemon.ts";
import type { Host } from "./host.ts";

/** `clockd`: publishes slots as they come due, until told to stop. Resolves with an exit code. */
export function clock(options: DaemonOptions, host: Host): Promise<number> {
  return daemon("clock", options, host, async ({ config, broker, time, emit, follow }) => {
    const clock = createClock({ broker, config, time, emit, random: Math.random });
    follow((next) => clock.reload(next));
    await clock.run(host.stop);
  });
}
