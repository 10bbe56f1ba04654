import { applyClock } from "./fold-clocks.ts";
import { applyFire, applyMissed } from "./fold-fires.ts";
import { applyJob } from "./fold-jobs.ts";
import { applyRun } from "./fold-runs.ts";
import { isFault, type LedgerFault, type LedgerRecord } from "./record.ts";
import type { FinishedRecord } from "./run-record.ts";
import { emptyRuns } from "./run-state.ts";
import type { LedgerState } from "./state.ts";

/** What is known before any record was read. */
export function emptyState(): LedgerState {
  return {
    position: -1,
    epoch: 0,
    leader: undefined,
    standbys: new Map(),
    newest: 0,
    settled: -Infinity,
    jobs: new Map(),
    owing: new Set(),
    open: new Map(),
    triggers: new Map(),
    runs: emptyRuns(),
    faults: { "unknown-kind": 0, "newer-version": 0, broken: 0 },
    lacksBeginning: false,
  };
}

/**
 * RabbitMQ takes a position of a stream for itself now and then (seen: one at every new segment).
 * Retention takes whole segments, which are thousands of records.
 */
const NO_LOSS = 16;

/**
 * Takes one more record into `state`, in place. Records come in the order of their positions; where
 * one is far from the one before it, `lacksBeginning` says so. From what is no record nothing
 * is concluded.
 */
export function applyEntry(
  state: LedgerState,
  position: number,
  content: LedgerRecord | LedgerFault,
): void {
  const between = position - state.position - 1;
  if (between < 0 || between > NO_LOSS) state.lacksBeginning = true;
  state.position = position;
  if (isFault(content)) state.faults[content.fault]++;
  else applyRecord(state, content);
}

function applyRecord(state: LedgerState, record: LedgerRecord): void {
  if (record.kind === "fire") applyFire(state, record);
  else if (record.kind === "missed") applyMissed(state, record);
  else if (record.kind === "clock") applyClock(state, record);
  else if (record.kind === "job") applyJob(state, record);
  else if (record.kind === "run") {
    applyRun(state.runs, record);
    if (record.event === "finished") noteEnd(state, record);
  } else record.kind satisfies "notice" | "mark";
}

/** The newest end by the order of the ledger, whatever the clocks of the workers say. */
function noteEnd(state: LedgerState, record: FinishedRecord): void {
  const job = state.jobs.get(record.job);
  if (!job) return;
  const { fire, attempt, ok, outcome, exitCode, signal, endedAt } = record;
  job.lastRun = { fire, attempt, ok, outcome, exitCode, signal, endedAt };
}
