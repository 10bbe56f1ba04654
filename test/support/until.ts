/**
 * Resolves with the condition's first truthy answer, asking every 10 ms. Rejects, saying `what` was
 * waited for, when that takes longer than `deadlineMs`; rejects with the condition's own error.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  deadlineMs: number,
  what: string | (() => string),
): Promise<NonNullable<T>> {
  const started = performance.now();
  for (;;) {
    const answer = await condition();
    if (answer) return answer as NonNullable<T>;
    if (performance.now() - started > deadlineMs) {
      const text = typeof what === "string" ? what : what();
      throw new Error(`waited ${deadlineMs} ms for ${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
