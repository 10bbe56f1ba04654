/** A timer of the runtime fires at once when it is asked for more than this (24.8 days). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `action` once, `ms` of running time from now, however long. Returns what calls it off. */
export function after(ms: number, action: () => void): () => void {
  let left = ms;
  let timer: NodeJS.Timeout;
  const wait = () => {
    const step = Math.min(left, LONGEST_TIMER_MS);
    left -= step;
    timer = setTimeout(left > 0 ? wait : action, step);
  };
  wait();
  return () => clearTimeout(timer);
}

/** Resolves when one of `promises` does, or when `ms` have passed. Leaves no timer behind. */
export async function firstOf(promises: readonly Promise<unknown>[], ms: number): Promise<void> {
  let callOff = () => {};
  const limit = new Promise<void>((resolve) => {
    callOff = after(ms, resolve);
  });
  await Promise.race([...promises, limit]);
  callOff();
}

/** Resolves when `signal` is aborted. Not to be called often for one that lives long. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
