import type { Instant, Time } from "./time.ts";

/** A sleep that others can cut short. A wake-up while nobody sleeps ends the next sleep at once. */
export interface Nap {
  until(instant: Instant): Promise<void>;
  wake(): void;
}

export function createNap(time: Time): Nap {
  let alarm = new AbortController();
  return {
    async until(instant) {
      await time.sleepUntil(instant, alarm.signal);
      if (alarm.signal.aborted) alarm = new AbortController();
    },
    wake: () => alarm.abort(),
  };
}
