import type { Instant } from "../clock/time.ts";

/**
 * What becomes of a fire's run. The order of the ledger decides who runs it: `fold-runs.ts` is the fold.
 * An attempt in the ledger counts every execution; `message` is the attempt that the message said,
 * which is lower after a worker's death.
 */
export type RunRecord =
  | ClaimedRecord
  | StartedRecord
  | KeptRecord
  | AliveRecord
  | ParkedRecord
  | FinishedRecord
  | SkippedRecord
  | DroppedRecord
  | BuriedRecord
  | LostRecord
  | CancelRecord;

interface Base {
  kind: "run";
  at: Instant;
  job: string;
  /** `job@slot` */
  fire: string;
  /** Host and pid of the worker; of the clock for `lost`. */
  worker: string;
}

/** A worker asks for the run. Whether it has it follows from everything before the record. */
export interface ClaimedRecord extends Base {
  event: "claimed";
  /** Names the claim. */
  nonce: string;
  message: number;
  /** The same for all deliveries of one message: two copies of a fire differ in it. */
  copy: string;
  /** The broker has delivered this message before. */
  redelivered: boolean;
  overlap: Overlap;
}

/** What becomes of a slot that comes due while the job's last run is still going. */
export type Overlap = (typeof OVERLAPS)[number];

export const OVERLAPS = ["allow", "skip", "queue", "replace"] as const;

/** An heir of a claim that is silent starts the run. From here on the old claim is void. */
export interface StartedRecord extends Base {
  event: "started";
  nonce: string;
}

/** From here on the ledger stands for the run, and no message. */
export interface KeptRecord extends Base, Kept {
  event: "kept";
  nonce: string;
}

/** What is needed to fire a run again. */
export interface Kept {
  /** The attempt that its newest message said. */
  message: number;
  queue: string;
  payload?: unknown;
  config: string;
  catchUp: boolean;
  triggered: boolean;
  history: string[];
  before: number;
}

/** A worker's sign of life for everything that it holds. */
export interface AliveRecord {
  kind: "run";
  at: Instant;
  event: "alive";
  worker: string;
  /** Nonces. */
  claims: string[];
}

/** Nobody holds the claim for now, but it keeps its place: the next claim of this fire goes on. */
export interface ParkedRecord extends Base {
  event: "parked";
  nonce: string;
}

/** The end of an attempt. */
export interface FinishedRecord extends Base {
  event: "finished";
  nonce: string;
  message: number;
  attempt: number;
  ok: boolean;
  /** exited, killed, timed-out or not-started */
  outcome: string;
  exitCode: number | null;
  signal: string | null;
  startedAt: Instant;
  endedAt: Instant;
  end: RunEnd;
  /** ms; with `retry`. */
  retryIn?: number;
  /** With `retry`: the next attempt is fired again should its message never come. */
  kept?: Kept;
  reason?: string;
  /** Of the command. This and what follows: undefined when it is not known. */
  pid?: number;
  /** ms of processor time, never too high. */
  cpuTime?: number;
  /** bytes: the most that one of its processes was seen to have, never too high. */
  maxMemory?: number;
  /** The end of its output. */
  tail?: string;
  /** There was more output before the tail. */
  tailCut?: true;
}

/**
 * What follows on an attempt's end. `done`: nothing. `retry`: another attempt. `dead`: out of
 * attempts, to the dead letters. `given-back`: the worker stopped, somebody else does it.
 */
export type RunEnd = "done" | "retry" | "dead" | "given-back" | "cancelled" | "replaced";

/** The fire will not be run. */
export interface SkippedRecord extends Base {
  event: "skipped";
  message: number;
  why: "overlap" | "expired" | "cancelled" | "replaced";
  /** The claim that it had, if it waited. */
  nonce?: string;
  /** The fire whose run is going, or that replaces it; or who cancelled it. */
  by?: string;
  /** Since when that run has been going. */
  since?: Instant;
}

/** One of several copies of a message was thrown away. Says nothing of the run. */
export interface DroppedRecord extends Base {
  event: "dropped";
  message: number;
  reason: string;
}

/** Its message is among the dead letters, and it was not run. */
export interface BuriedRecord extends Base {
  event: "buried";
  message: number;
  /** The claim that it had, if it waited. */
  nonce?: string;
  reason: string;
}

/** Nothing was heard of a claim for too long: it is free. */
export interface LostRecord extends Base {
  event: "lost";
  nonce: string;
}

/** Somebody asked for the run to be ended, or not to be begun. */
export interface CancelRecord extends Base {
  event: "cancel";
  by: string;
}
