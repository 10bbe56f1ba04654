import type { LedgerEntry } from "../broker/broker.ts";
import { fireId } from "../ledger/fire.ts";
import { applyRefire, applyRun, endCounts } from "../ledger/fold-runs.ts";
import { type Judgement, judge } from "../ledger/judge.ts";
import type { NoticeClaim } from "../ledger/notice-record.ts";
import { isFault, type MarkRecord, type MissedRecord } from "../ledger/record.ts";
import type {
  ClaimedRecord,
  FinishedRecord,
  KeptRecord,
  RunRecord,
  StartedRecord,
} from "../ledger/run-record.ts";
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
export type WrittenRecord = WrittenRun | MarkRecord | NoticeClaim;

type WrittenRun = ClaimedRecord | StartedRecord | KeptRecord | FinishedRecord;

export interface Reached {
  judged: Judgement | undefined;
  /** Of a notice: nobody else has claimed it before. */
  isFirst?: boolean;
  /** Of an attempt's end: the run was that claim's. */
  counts?: boolean;
}

/** Who is told of what has been read. */
export interface Ears {
  /** Every record of a run, after it was folded; undefined: the state has become current. */
  onRun(record: RunRecord | undefined): void;
  /** Missed slots, from then on. */
  onMissed(record: MissedRecord): void;
}

/** Notices of which it is known who has claimed them: those of some minutes. */
const MOST_NOTICES = 1000;

export function createRunReader(state: RunsState, { onRun, onMissed }: Ears): RunReader {
  const waiting = new Map<string, (read: Reached | undefined) => void>();
  const answer = (key: string, read: Reached | undefined) => {
    waiting.get(key)?.(read);
    waiting.delete(key);
  };
  const notices = new Set<string>();
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
        onRun(undefined);
      } else if (content.kind === "missed") {
        if (isCurrent) onMissed(content);
      } else if (content.kind === "notice") {
        if (content.event !== "claimed") return;
        const isFirst = noteNotice(notices, content);
        answer(keyOf(content), { judged: undefined, isFirst });
      } else if (content.kind === "run") {
        const isOurs = content.event === "claimed" && waiting.has(keyOf(content));
        const judged = isOurs ? judge(state, content) : undefined;
        const counts = content.event === "finished" && endCounts(state, content);
        applyRun(state, content);
        if (isWritten(content)) answer(keyOf(content), { judged, counts });
        onRun(content);
      }
    },
    reached: (record) => new Promise((resolve) => void waiting.set(keyOf(record), resolve)),
    giveUp(record) {
      for (const key of record ? [keyOf(record)] : [...waiting.keys()]) answer(key, undefined);
    },
  };
}

const WRITTEN: ReadonlySet<string> = new Set<WrittenRun["event"]>([
  ...(["claimed", "started", "kept", "finished"] as const),
]);

/** True: it is the first claim. */
function noteNotice(notices: Set<string>, { job, first, last }: NoticeClaim): boolean {
  const key = `${job} ${first} ${last}`;
  if (notices.has(key)) return false;
  notices.add(key);
  if (notices.size > MOST_NOTICES) notices.delete(notices.values().next().value!);
  return true;
}

/** The records of one claim have its nonce in common. */
function keyOf(record: WrittenRecord): string {
  return `${record.kind === "run" ? record.event : record.kind} ${record.nonce}`;
}

function isWritten(record: RunRecord): record is WrittenRun {
  return WRITTEN.has(record.event);
}
