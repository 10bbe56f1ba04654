import type { Instant, Time } from "../../src/clock/time.ts";

/** Time that passes only when somebody waits for it: a week takes as long as the work in it. */
export interface SimulatedTime extends Time {
  /** Sets the clock, as a person or NTP does. */
  set(instant: Instant): void;
}

/** `onEnd` is called once, when a wait reaches `end`. */
export function simulatedTime(start: Instant, end = Infinity, onEnd = () => {}): SimulatedTime {
  let now = start;
  return {
    now: () => now,
    set(instant) {
      now = instant;
    },
    async sleepUntil(instant, signal) {
      // A later turn of the event loop, so that the broker's answers are read in between.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted || now >= end) return;
      now = Math.max(now, Math.min(instant, end));
      if (now >= end) onEnd();
    },
  };
}
