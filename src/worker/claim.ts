import { randomUUID } from "node:crypto";
import type { WorkerFire } from "../broker/broker.ts";
import type { Instant } from "../clock/time.ts";
import type {
  ClaimedRecord,
  Kept,
  KeptRecord,
  Overlap,
  StartedRecord,
} from "../ledger/run-record.ts";
import type { Run } from "../ledger/run-state.ts";
import type { Held } from "./held.ts";

/** Names one worker process and everything that it claims. */
export interface Claimant {
  /** A nonce that no other claim has. */
  next(): string;
  /** Whether this process has made the claim. A name of host and pid may be another's tomorrow. */
  isOwn(nonce: string): boolean;
}

export function createClaimant(): Claimant {
  const prefix = `${randomUUID()}.`;
  let count = 0;
  return { next: () => `${prefix}${count++}`, isOwn: (nonce) => nonce.startsWith(prefix) };
}

interface By {
  worker: string;
  at: Instant;
}

export function claimOf(held: Held, nonce: string, overlap: Overlap, by: By): ClaimedRecord {
  const { fire, message, messages } = held;
  const redelivered = messages.some(({ delivery }) => delivery.redelivered);
  return {
    ...{ kind: "run", event: "claimed", ...by, job: fire.job, fire: fire.id },
    ...{ nonce, message, copy: copyOf(fire), redelivered, overlap },
  };
}

export function startOf({ fire }: Held, nonce: string, by: By): StartedRecord {
  return { kind: "run", event: "started", ...by, job: fire.job, fire: fire.id, nonce };
}

export function keptRecordOf(held: Held, nonce: string, by: By): KeptRecord {
  const { job, id } = held.fire;
  return { kind: "run", event: "kept", ...by, job, fire: id, nonce, ...keptOf(held) };
}

/** What the leader needs to fire it again. `ended`: what has just come of an attempt. */
export function keptOf({ fire, message, queue }: Held, ended?: string): Kept {
  const { payload, config, catchUp, triggered, before } = fire;
  return {
    ...{ message, queue, config, catchUp, triggered, before },
    history: historyOf(fire, ended),
    ...(payload === undefined ? {} : { payload }),
  };
}

/** What a message can carry of earlier attempts. */
const MOST_HISTORY = 20;

export function historyOf({ history }: WorkerFire, ended: string | undefined): string[] {
  return [...history, ...(ended === undefined ? [] : [ended])].slice(-MOST_HISTORY);
}

export function parkedOf({ job, fire, nonce }: Pick<Run, "job" | "fire" | "nonce">, by: By) {
  return { kind: "run" as const, event: "parked" as const, ...by, job, fire, nonce };
}

/** Deliveries of one message have it in common; the copies of a fire differ in it. */
function copyOf({ epoch, maybeDuplicate }: WorkerFire): string {
  return `${epoch}${maybeDuplicate ? "?" : ""}`;
}
