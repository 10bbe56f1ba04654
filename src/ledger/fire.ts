import type { Instant } from "../clock/time.ts";

/** The publishing of one slot of one job. */
export interface Fire {
  job: string;
  slot: Instant;
  /** 1, 2, … with retries. */
  attempt: number;
  /** The hash of the file that the fire came from. */
  config: string;
  /** The leader's: a higher one is a later leader. */
  epoch: number;
  /** True when the slot's time had passed with no clock leading. */
  catchUp: boolean;
  /** True when an earlier copy of this fire may have been delivered. */
  maybeDuplicate: boolean;
  /** True when somebody asked for it out of turn: its slot is none of the schedule's. */
  triggered: boolean;
  /** One short text for each ended attempt, oldest first; absent: none. */
  history?: readonly string[];
  /** How many attempts there had been when it was taken from the dead letters; absent: 0. */
  before?: number;
  target: RunTarget | PublishTarget;
}

/** To a worker. The command itself is never in a message: the worker has its own file. */
export interface RunTarget {
  kind: "run";
  queue: string;
  payload?: unknown;
}

/** To another service's exchange. */
export interface PublishTarget {
  kind: "publish";
  exchange: string;
  routingKey: string;
  headers: Readonly<Record<string, unknown>>;
  body: unknown;
}

/**
 * The name of a fire: the same on every clock and after every restart, because it depends on
 * nothing but the job and the slot. `reports@2026-12-01T08:00:00Z`; milliseconds only when the
 * slot has some.
 */
export function fireId(job: string, slot: Instant): string {
  return `${job}@${formatSlot(slot)}`;
}

/** What the name of a fire says; undefined when it is no such name. */
export function parseFireId(id: string): { job: string; slot: Instant } | undefined {
  const at = id.lastIndexOf("@");
  const slot = Date.parse(id.slice(at + 1));
  if (at < 1 || Number.isNaN(slot)) return undefined;
  const job = id.slice(0, at);
  return fireId(job, slot) === id ? { job, slot } : undefined;
}

/** A slot in UTC, ISO 8601, with seconds; with milliseconds only when it has some. */
export function formatSlot(slot: Instant): string {
  const text = new Date(slot).toISOString();
  return slot % 1000 === 0 ? `${text.slice(0, 19)}Z` : text;
}
