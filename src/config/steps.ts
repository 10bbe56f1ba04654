/** Runs all the steps at once. */
export function finish<T>(steps: Generator<void, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Others get their turn about as often. ms. */
const TURN_MS = 10;

/** Runs the steps, and lets timers and sockets have their turn in between. */
export async function finishGently<T>(steps: Generator<void, T>): Promise<T> {
  let began = performance.now();
  let step = steps.next();
  while (!step.done) {
    if (performance.now() - began > TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      began = performance.now();
    }
    step = steps.next();
  }
  return step.value;
}
