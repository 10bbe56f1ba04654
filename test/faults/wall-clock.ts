import type { Instant, Time } from "../../src/clock/time.ts";

/** A wall clock that can be set, as a person or a time server does it. */
export interface WallClock extends Time {
  /** How far it is ahead of the machine's own. ms. */
  offset: number;
}

/** As seldom as the machine's own is looked at. ms. */
const LONGEST_WAIT_MS = 1000;

/**
 * The machine's clock, which it is set off from. Like it, a wait notices within a second that the
 * clock was set on, and ends early when it was set back.
 */
export function createWallClock(machine: Time): WallClock {
  const clock: WallClock = {
    offset: 0,
    now: () => machine.now() + clock.offset,
    async sleepUntil(instant: Instant, signal?: AbortSignal) {
      let before: Instant;
      do {
        before = clock.now();
        const wait = Math.min(instant - before, LONGEST_WAIT_MS);
        await machine.sleepUntil(machine.now() + wait, signal);
      } while (!signal?.aborted && clock.now() < instant && clock.now() >= before);
    },
  };
  return clock;
}
