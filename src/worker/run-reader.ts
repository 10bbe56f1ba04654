import type { LedgerEntry } from "../broker/broker.ts";
import { fireId } from "../ledger/fire.ts";
import { applyRefire, applyRun, endCounts } from "../ledger/fold-runs.ts";
import { type Judgement, judge } from "../ledger/judge.ts";
import type { NoticeClaim } from "../ledger/notice-record.ts";
import type { MissedRecord } from "../ledger/record.ts";
import { isFault } from "../ledger/record.ts";
import type { RunRecord } from "../ledger/run-record.ts";
import type { RunsState } from "../ledger/run-state.ts";

/** Reads a ledger for what it says of runs. */
export interface RunReader {
  readonly state: RunsState;
  /** A mark of its own has been read: the state lacks nothing that was there when it began. */
  readonly isCurrent: boolean;
  take(entry: LedgerEntry): void;
  /**
   * Resolves when the record with this nonce has been read: with what it comes to by everything
   * before it, if it is a claim. Undefined: it will not be read any more.
   */
  reached(nonce: string): Promise<Reached | undefined>;
  /** Nobody who waits is to wait any longer, for this record or all of them. */
  giveUp(nonce?: string): void;
}

export interface Reached {
  judged: Judgement | undefined;
  /** Of a notice: nobody else has claimed it before. */
  isFirst?: boolean;
  /** Of an attempt's end: the run was that claim's. */
  counts?: boolean;
}

/** What to wait for to read back the end of a claim, whose nonce has been read before. */
export function endKey(nonce: string): string {
  return `end ${nonce}`;
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
  const answer = (nonce: string, read: Reached | undefined) => {
    waiting.get(nonce)?.(read);
    waiting.delete(nonce);
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
        if (!waiting.has(content.nonce)) return;
        isCurrent = true;
        answer(content.nonce, { judged: undefined });
        onRun(undefined);
      } else if (content.kind === "missed") {
        if (isCurrent) onMissed(content);
      } else if (content.kind === "notice") {
        if (content.event !== "claimed") return;
        const isFirst = noteNotice(notices, content);
        answer(content.nonce, { judged: undefined, isFirst });
      } else if (content.kind === "run") {
        const isOurs = content.event === "claimed" && waiting.has(content.nonce);
        const judged = isOurs ? judge(state, content) : undefined;
        if (content.event === "finished") {
          answer(endKey(content.nonce), { judged, counts: endCounts(state, content) });
        }
        applyRun(state, content);
        if (content.event === "claimed" || content.event === "started") {
          answer(content.nonce, { judged });
        }
        onRun(content);
      }
    },
    reached: (nonce) => new Promise((resolve) => void waiting.set(nonce, resolve)),
    giveUp(nonce) {
      for (const one of nonce === undefined ? [...waiting.keys()] : [nonce]) answer(one, undefined);
    },
  };
}

/** True: it is the first claim. */
function noteNotice(notices: Set<string>, { job, first, last }: NoticeClaim): boolean {
  const key = `${job} ${first} ${last}`;
  if (notices.has(key)) return false;
  notices.add(key);
  if (notices.size > MOST_NOTICES) notices.delete(notices.values().next().value!);
  return true;
}
