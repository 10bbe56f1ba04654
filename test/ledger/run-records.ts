import { applyRun } from "../../src/ledger/fold-runs.ts";
import type {
  AliveRecord,
  BuriedRecord,
  CancelRecord,
  ClaimedRecord,
  DroppedRecord,
  FinishedRecord,
  KeptRecord,
  LostRecord,
  ParkedRecord,
  RunRecord,
  SkippedRecord,
  StartedRecord,
} from "../../src/ledger/run-record.ts";
import { emptyRuns, type RunsState } from "../../src/ledger/run-state.ts";

/** Records of runs in few words: fire `a1` is of job `a`. Its worker is named after its claim. */

const base = (fire: string) => ({
  kind: "run" as const,
  at: 1,
  job: fire[0]!,
  fire,
  worker: "w:1",
});

export function claimed(
  fire: string,
  nonce: string,
  more: Partial<ClaimedRecord> = {},
): ClaimedRecord {
  return {
    ...{ ...base(fire), event: "claimed", nonce, worker: `w:${nonce}`, message: 1, copy: "1" },
    ...{ redelivered: false, overlap: "skip", ...more },
  };
}

/** The same message of the same claim, delivered again. */
export const again = (fire: string, nonce: string, more: Partial<ClaimedRecord> = {}) =>
  claimed(fire, nonce, { redelivered: true, ...more });

export const started = (fire: string, nonce: string): StartedRecord => ({
  ...{ ...base(fire), event: "started", nonce },
});

export const parked = (fire: string, nonce: string): ParkedRecord => ({
  ...{ ...base(fire), event: "parked", nonce },
});

export const lost = (fire: string, nonce: string): LostRecord => ({
  ...{ ...base(fire), event: "lost", nonce },
});

export const kept = (fire: string, nonce: string, more: Partial<KeptRecord> = {}): KeptRecord => ({
  ...{ ...base(fire), event: "kept", nonce, message: 1, queue: "q", config: "c1", catchUp: false },
  ...{ triggered: false, history: [], before: 0, ...more },
});

export const ended = (
  fire: string,
  nonce: string,
  more: Partial<FinishedRecord> = {},
): FinishedRecord => ({
  ...{ ...base(fire), event: "finished", nonce, message: 1, attempt: 1, ok: true, end: "done" },
  ...{ outcome: "exited", exitCode: 0, signal: null, startedAt: 1, endedAt: 1, ...more },
});

export const skipped = (fire: string, more: Partial<SkippedRecord> = {}): SkippedRecord => ({
  ...{ ...base(fire), event: "skipped", message: 1, why: "expired", ...more },
});

export const dropped = (fire: string): DroppedRecord => ({
  ...{ ...base(fire), event: "dropped", message: 1, reason: "a copy" },
});

export const buried = (fire: string, more: Partial<BuriedRecord> = {}): BuriedRecord => ({
  ...{ ...base(fire), event: "buried", message: 1, reason: "no such job", ...more },
});

export const cancel = (fire: string): CancelRecord => ({
  ...{ ...base(fire), event: "cancel", by: "me@home" },
});

export const alive = (...claims: string[]): AliveRecord => ({
  ...{ kind: "run", at: 1, event: "alive", worker: "w:1", claims },
});

/** What they come to, from the beginning or on from a state. */
export function foldRuns(records: readonly RunRecord[], state: RunsState = emptyRuns()): RunsState {
  for (const record of records) applyRun(state, record);
  return state;
}
