import type { Instant } from "../clock/time.ts";
import type { Fire } from "./fire.ts";
import type { LedgerFault, Trigger } from "./record.ts";
import type { FinishedRecord } from "./run-record.ts";
import type { RunsState } from "./run-state.ts";

/** What the records say, all in all. `applyEntry` (fold.ts) is the only one that changes it. */
export interface LedgerState {
  /** The position of the newest record that was read; -1: none. */
  position: number;
  /** The highest epoch so far; 0: nobody ever led. */
  epoch: number;
  /** Who leads by the ledger. Undefined after `resigned`. */
  leader: Leader | undefined;
  /** Clocks that stand by, by name, and when they last said so. */
  standbys: Map<string, Instant>;
  /** The largest `at` of all clocks' records and of all fires' slots that were not late; 0: none. */
  newest: Instant;
  /** Every slot up to here is dealt with, save what jobs are owed. -Infinity: nothing is known. */
  settled: Instant;
  jobs: Map<string, JobState>;
  /** The jobs that have `owed`: few of many, most of the time. */
  owing: Set<string>;
  /** By id: fires in the ledger that are not known to be confirmed. */
  open: Map<string, Fire>;
  /** By id: asked for and not yet fired. */
  triggers: Map<string, Trigger>;
  runs: RunsState;
  /** How many records could not be understood, by kind of fault. */
  faults: Record<LedgerFault["fault"], number>;
  /** Records are missing before what was read: what they said is not known. */
  lacksBeginning: boolean;
}

export interface Leader {
  clock: string;
  epoch: number;
  since: Instant;
  config: string;
  /** Its newest sign of life. */
  seen: Instant;
}

/** A stretch of time whose slots are owed: after `after`, up to and with `until`. */
export interface Gap {
  after: Instant;
  until: Instant;
}

export interface JobState {
  /** Every slot up to here has been fired or recorded as missed, save what is owed. */
  last: Instant;
  /**
   * From before the newest epoch, the oldest first, none in another. The newest may be empty: it
   * tells up to where slots are dealt with.
   */
  owed: Gap[];
  paused?: { at: Instant; by: string };
  /** The newest fire in the ledger. */
  lastFire?: { slot: Instant; at: Instant; catchUp: boolean; maybeDuplicate: boolean };
  /** How many slots were recorded as missed, and the newest such record. */
  missed: number;
  lastMissed?: { last: Instant; reason: string };
  /** The newest end of a run. */
  lastRun?: Pick<
    FinishedRecord,
    "fire" | "attempt" | "ok" | "outcome" | "exitCode" | "signal" | "endedAt"
  >;
}
