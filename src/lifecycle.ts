/** What has to be undone at the end, by name. */
export interface Lifecycle {
  /** Registers a clean-up. Last in, first out. */
  onStop(name: string, cleanUp: () => Promise<void> | void): void;
  /**
   * Runs every clean-up, whatever the others do, for at most `deadlineMs` in all. Call it as often
   * as you like: all calls get the first one's answer, the names and reasons of what failed.
   */
  stop(deadlineMs: number): Promise<string[]>;
}

export function createLifecycle(): Lifecycle {
  const cleanUps: { name: string; cleanUp: () => Promise<void> | void }[] = [];
  let answer: Promise<string[]> | undefined;

  async function undo(deadlineMs: number): Promise<string[]> {
    const failures: string[] = [];
    const end = performance.now() + deadlineMs;
    for (const { name, cleanUp } of cleanUps.toReversed()) {
      try {
        await within(cleanUp, Math.max(0, end - performance.now()));
      } catch (error) {
        failures.push(`${name}: ${(error as Error).message}`);
      }
    }
    return failures;
  }

  return {
    onStop: (name, cleanUp) => void cleanUps.push({ name, cleanUp }),
    stop: (deadlineMs) => (answer ??= undo(deadlineMs)),
  };
}

async function within(work: () => Promise<void> | void, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("took too long")), ms);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
