import type { Instant } from "../clock/time.ts";
import type { Fire } from "./fire.ts";
import type { NoticeRecord } from "./notice-record.ts";
import type { RunRecord } from "./run-record.ts";

/**
 * What the ledger is made of: an append-only list in one order that every reader sees. Everything
 * else (who leads, what was fired, what is paused) is a fold over it. `at` is the writer's wall
 * clock, ms UTC; the order of the ledger decides, never `at`.
 */
export type LedgerRecord =
  | FireRecord
  | MissedRecord
  | ClockRecord
  | JobRecord
  | RunRecord
  | NoticeRecord
  | MarkRecord;

/** A fire: the very message that the work queue got, for both are one publish. */
export interface FireRecord {
  kind: "fire";
  at: Instant;
  fire: Fire;
}

/** Slots of a job that will not be fired, and the policy that said so. */
export interface MissedRecord {
  kind: "missed";
  at: Instant;
  epoch: number;
  job: string;
  count: number;
  first: Instant;
  last: Instant;
  reason: string;
}

/** What a clock says of itself. `clock` is its name: host and pid. */
export type ClockRecord = {
  kind: "clock";
  at: Instant;
  clock: string;
} & (
  | {
      /** A new leader's marker: from here on its epoch counts. */
      event: "leading";
      /** One more than the highest that the writer had seen. */
      epoch: number;
      /** The writer knows its own marker by it. */
      nonce: string;
      /** The hash of its file. */
      config: string;
    }
  | ({
      /** The leader's sign of life. `resigned`: its last word. */
      event: "progress" | "resigned";
      epoch: number;
    } & Progress)
  | { event: "standing-by" | "left" }
);

export interface Progress {
  /** Every slot up to here has been fired or recorded as missed, those still owed aside. */
  settled: Instant;
  /** Nothing is owed from before the epoch any more. */
  caughtUp: boolean;
  /** Ids of fires before this record that the broker has not confirmed; all others are confirmed. */
  open: string[];
}

/** What happened to jobs beside their slots. */
export type JobRecord = {
  kind: "job";
  at: Instant;
} & (
  | {
      /** Jobs never seen before: each begins with its first slot after `after`. */
      event: "added";
      jobs: string[];
      after: Instant;
    }
  | { event: "removed"; jobs: string[] }
  /** `job` takes over what the ledger knows of `from`. */
  | { event: "renamed"; job: string; from: string }
  /** `by`: who asked, such as `deploy@host`. */
  | { event: "paused" | "resumed"; job: string; by: string }
  | ({ event: "triggered" } & Trigger)
);

/** A fire out of turn that somebody asked for. */
export interface Trigger {
  job: string;
  /** When it was asked for: with the job it makes the fire's id. */
  slot: Instant;
  /** Instead of the job's own payload. */
  payload?: unknown;
  by: string;
}

/** A reader's own mark: whoever has read it back has read everything before it. */
export interface MarkRecord {
  kind: "mark";
  at: Instant;
  nonce: string;
}

/** More elections than there can ever be: a higher epoch is a mistake, and would leave none to follow. */
export const HIGHEST_EPOCH = 2 ** 40;

/** A record that cannot be understood. Nothing is concluded from it. */
export interface LedgerFault {
  fault: "unknown-kind" | "newer-version" | "broken";
  reason: string;
}

export function isFault(content: LedgerRecord | LedgerFault): content is LedgerFault {
  return "fault" in content;
}
