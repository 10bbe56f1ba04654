/** The places for commands that go at once. */
export interface Places {
  /**
   * Resolves with true when there is a place, in the order of the calls; with false when `signal` is
   * aborted first. Whoever has a place gives it back with `free`.
   */
  take(signal: AbortSignal): Promise<boolean>;
  free(): void;
}

export function createPlaces(count: number): Places {
  let left = count;
  const waiting = new Set<() => void>();
  return {
    take(signal) {
      if (signal.aborted) return Promise.resolve(false);
      if (left > 0) {
        left--;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        const give = () => end(true);
        const giveUp = () => end(false);
        const end = (given: boolean) => {
          waiting.delete(give);
          signal.removeEventListener("abort", giveUp);
          resolve(given);
        };
        waiting.add(give);
        signal.addEventListener("abort", giveUp, { once: true });
      });
    },
    free() {
      const [next] = waiting;
      if (next) next();
      else left++;
    },
  };
}
