/**
 * What a worker waits for until it ends. Not by a race against its end: a promise that lives as long
 * as the worker would keep whatever has ever raced it.
 */
export interface Answers {
  /** What `work` resolves with, or undefined when `end` is called first. */
  unlessEnded<T>(work: Promise<T>): Promise<T | undefined>;
  end(): void;
}

export function createAnswers(): Answers {
  const waiting = new Set<() => void>();
  return {
    unlessEnded: (work) =>
      new Promise((resolve) => {
        const giveUp = () => resolve(undefined);
        waiting.add(giveUp);
        void work.then((answer) => {
          waiting.delete(giveUp);
          resolve(answer);
        });
      }),
    end() {
      for (const giveUp of waiting) giveUp();
    },
  };
}
