import { type Connected, problem } from "./rabbitmq-connect.ts";

/** The broker's memory or disk alarm, which holds publishers up. */
export type Blocking = { type: "broker.blocked"; reason: string } | { type: "broker.unblocked" };

/** A broker that is alive confirms in much less. ms. */
const CONFIRM_TIMEOUT_MS = 30_000;

/**
 * Ends a link whose oldest open message (`oldest`, ms of `performance.now()`) gets no answer: the broker
 * is frozen, or a queue of it is. While the broker blocks its publishers (memory or disk alarm) it is
 * alive and says so, and waiting doubles nothing. Returns what ends the watch.
 */
export function watchConfirms(
  { model, lose }: Connected,
  oldest: () => number,
  told: (event: Blocking) => void,
): () => void {
  let blocked = false;
  let unblockedAt = 0;
  model.on("blocked", (reason) => {
    blocked = true;
    told({ type: "broker.blocked", reason });
  });
  model.on("unblocked", () => {
    blocked = false;
    unblockedAt = performance.now();
    told({ type: "broker.unblocked" });
  });
  const watchdog = setInterval(() => {
    const silent = performance.now() - Math.max(oldest(), unblockedAt);
    if (blocked || silent < CONFIRM_TIMEOUT_MS) return;
    lose(problem("BROKER_NO_CONFIRM", `no confirm for ${CONFIRM_TIMEOUT_MS / 1000} s`));
  }, 1000);
  return () => clearInterval(watchdog);
}
