/** An instant: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/**
 * The only source of time in clockd. Made once in `commands/` and passed down, so that a test can
 * run a week in a second.
 */
export interface Time {
  /** The wall clock, ms UTC. May go backwards: it is the machine's clock. */
  now(): Instant;
  /**
   * Resolves when the wall clock has reached `instant`, or early when `signal` is aborted or the
   * wall clock is seen to have been set back. Never rejects. An instant that has passed resolves in
   * a later turn of the event loop, so that a loop around it cannot starve timers and sockets.
   */
  sleepUntil(instant: Instant, signal?: AbortSignal): Promise<void>;
}

/** The longest single wait, so that a suspended machine or a stepped clock is noticed soon. */
const LONGEST_WAIT_MS = 1000;

/** The machine's own clock. */
export function systemTime(): Time {
  return { now: Date.now, sleepUntil };
}

async function sleepUntil(instant: Instant, signal?: AbortSignal): Promise<void> {
  let before: Instant;
  do {
    before = Date.now();
    await wait(Math.min(Math.max(instant - before, 0), LONGEST_WAIT_MS), signal);
  } while (!signal?.aborted && Date.now() < instant && Date.now() >= before);
}

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener("abort", finish, { once: true });
  });
}
