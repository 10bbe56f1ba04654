import type { LedgerEntry } from "../broker/broker.ts";
import { fireId } from "../ledger/fire.ts";
import { applyRefire, applyRun } from "../ledger/fold-runs.ts";
import { type Judgement, judge } from "../ledger/judge.ts";
import { isFault, type MarkRecord } from "../ledger/record.ts";
import type { ClaimedRecord, KeptRecord, RunRecord, StartedRecord } from "../ledger/run-record.ts";
import type { RunsState } from "../ledger/run-state.ts";

/** Reads a ledger for what it says of runs. */
export interface RunReader {
  readonly state: RunsState;
  /** A mark of its own has been read: the state lacks nothing that was there when it began. */
  readonly isCurrent: boolean;
  take(entry: LedgerEntry): void;
  /**
   * Resolves when this record has been read: with what it comes to by everything before it, if it is
   * a claim. Undefined: it will not be read any more.
   */
  reached(record: WrittenRecord): Promise<Reached | undefined>;
  /** Nobody who waits is to wait any longer, for this record or all of them. */
  giveUp(record?: WrittenRecord): void;
}

/** What a worker reads back after it has written it. */
export type WrittenRecord = ClaimedRecord | StartedRecord | KeptRecord | MarkRecord;

export interface Reached {
  judged: Judgement | undefined;
}

/**
 * `onRecord` is called with every record of a run after it was folded, and with undefined when the
 * state has become current.
 */
export function createRunReader(
  state: RunsState,
  onRecord: (record: RunRecord | undefined) => void,
): RunReader {
  const waiting = new Map<string, (read: Reached | undefined) => void>();
  const answer = (key: string, read: Reached | undefined) => {
    waiting.get(key)?.(read);
    waiting.delete(key);
  };
  let isCurrent = false;
  return {
    state,
    get isCurrent() {
      return isCurrent;
    },
    take({ content }) {
      if (isFault(content)) return;
      if (content.kind === "fire") {
        applyRefire(state, fireId(content.fire.job, content.fire.slot));
      } else if (content.kind === "mark") {
        if (!waiting.has(keyOf(content))) return;
        isCurrent = true;
        answer(keyOf(content), { judged: undefined });
        onRecord(undefined);
      } else if (content.kind === "run") {
        const isOurs = content.event === "claimed" && waiting.has(keyOf(content));
        const judged = isOurs ? judge(state, content) : undefined;
        applyRun(state, content);
        if (isWritten(content)) answer(keyOf(content), { judged });
        onRecord(content);
      }
    },
    reached: (record) => new Promise((resolve) => void waiting.set(keyOf(record), resolve)),
    giveUp(record) {
      for (const key of record ? [keyOf(record)] : [...waiting.keys()]) answer(key, undefined);
    },
  };
}

/** The records of one claim have its nonce in common. */
function keyOf(record: WrittenRecord): string {
  return `${record.kind === "run" ? record.event : record.kind} ${record.nonce}`;
}

function isWritten(record: RunRecord): record is ClaimedRecord | StartedRecord | KeptRecord {
  return record.event === "claimed" || record.event === "started" || record.event === "kept";
}
