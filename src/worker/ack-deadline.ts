import { after } from "./after.ts";
import type { AttemptDeps } from "./attempt.ts";
import type { Held } from "./held.ts";

/** RabbitMQ does not let a message be held for ever: from some time on the ledger stands for it. */
export function limitHolding(
  held: Held,
  deps: Pick<AttemptDeps, "job" | "settle" | "pace">,
  inMs?: number,
): void {
  const { job, settle, pace } = deps;
  const task = job(held.fire.job)?.task;
  if (task?.kind !== "run") return;
  held.callOff();
  held.callOff = after(inMs ?? task.ackDeadline, async () => {
    if (held.claim !== undefined && (await settle.keep(held))) return;
    if (held.isSettled || held.hasRun || held.messages.length === 0) return;
    // A claim that does not stand cannot be kept: somebody else may have better luck.
    if (!held.running) held.gone.abort();
    else limitHolding(held, deps, pace.alive);
  });
}
