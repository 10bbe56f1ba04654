import type { Delivery, WorkerFire } from "../broker/broker.ts";
import type { Emit } from "../observe/events.ts";
import type { RunningCommand } from "./command.ts";

/** Where deliveries come from: one link. When it is lost, they are all void. */
export interface Source {
  lost: boolean;
}

/** One attempt of one fire in this worker, and every message that asks for it. */
export interface Held {
  fire: WorkerFire;
  messages: { delivery: Delivery; source: Source }[];
  /** While it is going. */
  running?: RunningCommand;
}

/** The same for every copy of an attempt. */
export function keyOf(fire: WorkerFire): string {
  return `${fire.id}#${fire.attempt}`;
}

/** How events name an attempt. */
export function naming(fire: WorkerFire): { job: string; fire: string; attempt: number } {
  return { job: fire.job, fire: fire.id, attempt: fire.attempt };
}

/** False when the broker still has the message, because every link it came over was lost. */
export function finish({ messages }: Held): boolean {
  const finished = messages.map(({ delivery }) => delivery.finish());
  return finished.includes(true);
}

/** Also right when the link was lost: the broker has taken the message back by itself. */
export function giveBack({ fire, messages }: Held, reason: string, emit: Emit): void {
  for (const { delivery } of messages) delivery.giveBack();
  emit({ type: "run.given_back", ...naming(fire), reason });
}

/** Resolves when the message is safe among the dead letters, or is the broker's again. */
export async function bury(
  delivery: Delivery,
  reason: string,
  named: { job?: string; fire?: string },
  emit: Emit,
): Promise<void> {
  if (await delivery.bury(reason)) {
    emit({ type: "message.buried", queue: delivery.queue, reason, ...named });
  }
}
