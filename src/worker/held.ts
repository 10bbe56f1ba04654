import type { Delivery, WorkerFire } from "../broker/broker.ts";
import type { Emit } from "../observe/events.ts";
import type { RunningCommand } from "./command.ts";

/** Where deliveries come from: one link. When it is lost, they are all void. */
export interface Source {
  lost: boolean;
}

export interface Message {
  delivery: Delivery;
  source: Source;
}

/** One attempt of one fire in this worker, and every message that asks for it. */
export interface Held {
  /** Its `attempt` is the message's, and from the claim on the one that counts every execution. */
  fire: WorkerFire;
  /** The attempt that the message says. */
  readonly message: number;
  readonly queue: string;
  messages: Message[];
  /** Aborted when it is not to start any more. */
  readonly gone: AbortController;
  hasPlace: boolean;
  /** The nonce of its claim, from before it is in the ledger. */
  claim?: string;
  /** While its command is going. */
  running?: RunningCommand;
  /** Its command has ended. */
  hasRun: boolean;
  /** Why its command was ended: it is asked to only once. */
  ending?: Ending;
  /** The ledger stands for it: the message is acknowledged. */
  isKept: boolean;
  /** Its messages take no place of `prefetch`. */
  isAside: boolean;
  /** Nothing of it is left to be done. */
  isSettled: boolean;
  /** Calls off what limits the holding of its messages. */
  callOff: () => void;
}

/** `void`: somebody else has the run. */
export type Ending = { why: "drain" | "void" } | { why: "cancelled" | "replaced"; by: string };

export function heldOf(fire: WorkerFire, message: Message): Held {
  return {
    ...{ fire, message: fire.attempt, queue: message.delivery.queue, messages: [message] },
    ...{ gone: new AbortController(), hasPlace: false, hasRun: false },
    ...{ isKept: false, isAside: false, isSettled: false, callOff: () => {} },
  };
}

/** The same for every copy of an attempt's message. */
export function keyOf({ id }: WorkerFire, message: number): string {
  return `${id}#${message}`;
}

/** How events name an attempt. */
export function naming(fire: WorkerFire): { job: string; fire: string; attempt: number } {
  return { job: fire.job, fire: fire.id, attempt: fire.attempt };
}

/** The broker has no message any more that asks for this attempt, as far as this worker can tell. */
export function finish({ messages }: Held): void {
  for (const { delivery } of messages.splice(0)) delivery.finish();
}

/** False when there is none that the broker would take back: every link that it came over is lost. */
export function giveBack({ messages }: Held): boolean {
  return messages
    .splice(0)
    .map(({ delivery }) => delivery.giveBack())
    .includes(true);
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
