import {
  type BrokerProblem,
  type FireOutcome,
  isBrokerProblem,
  type WorkerLink,
} from "../broker/broker.ts";
import type { Instant } from "../clock/time.ts";
import type { Judgement } from "../ledger/judge.ts";
import type { NoticeClaim, NoticeRecord } from "../ledger/notice-record.ts";
import type { MarkRecord, MissedRecord } from "../ledger/record.ts";
import type {
  ClaimedRecord,
  FinishedRecord,
  KeptRecord,
  RunRecord,
  StartedRecord,
} from "../ledger/run-record.ts";
import { emptyRuns, type RunsState } from "../ledger/run-state.ts";
import { after } from "./after.ts";
import { createCurrentLink, pause } from "./current-link.ts";
import { createRunReader, type Ears, type Reached, type WrittenRecord } from "./run-reader.ts";
import { startingReader } from "./starting-reader.ts";

/** The ledger as a worker sees it: what it says of runs, over whichever link is open. */
export interface RunLedger {
  /** What has been read. Begins anew with every link. */
  readonly state: RunsState;
  /** The state lacks nothing that was there when the link was opened, and the link is not lost. */
  readonly isCurrent: boolean;
  /**
   * From now on reads and writes over `link`. Resolves when it has read everything up to now, or with
   * why that cannot be done.
   */
  open(link: WorkerLink): Promise<BrokerProblem | undefined>;
  /** Resolves with true when the state is current; with false when `signal` is aborted or it ends first. */
  ready(signal?: AbortSignal): Promise<boolean>;
  /**
   * Appends a claim, and says what it comes to when it is read back. Undefined: it may or may not be
   * there, or `signal` was aborted first.
   */
  claim(record: ClaimedRecord, signal: AbortSignal): Promise<Judgement | undefined>;
  /** Appends it; true when it is read back. Whether it was in time the state says. */
  put(record: StartedRecord | KeptRecord): Promise<boolean>;
  /**
   * Appends an attempt's end over one link after the other until the broker has answered. `counts`: it was
   * read back, and nobody else had the run by then. Undefined: `end` was called first.
   */
  finish(record: FinishedRecord): Promise<(FireOutcome & { counts?: boolean }) | undefined>;
  /** Appends the claim of a notice; true when it is read back, and nobody has claimed it before. */
  claimNotice(record: NoticeClaim): Promise<boolean>;
  /** Tries once; false: it may not be there. */
  say(record: RunRecord | NoticeRecord): Promise<boolean>;
  /**
   * Does `work` over one link after the other, whenever the state is current, until the broker has
   * answered. Undefined: `end` was called first.
   */
  insist(work: (link: WorkerLink) => Promise<FireOutcome>): Promise<FireOutcome | undefined>;
  /**
   * Calls `listener` with every record of a run after it was folded, and with undefined when the state
   * has become current. Returns what ends that.
   */
  watch(listener: Listener): () => void;
  /** Nothing is waited for any more. */
  end(): void;
}

type Listener = (record: RunRecord | undefined) => void;

/** A record that was confirmed and is not read for so long is one of another ledger. ms. */
const STUCK_MS = 60_000;

export interface RunLedgerOptions {
  now: () => Instant;
  /** A link is no good any more, without being lost. */
  onStuck(link: WorkerLink): void;
  /** Slots have been recorded as missed while it follows. */
  onMissed(record: MissedRecord): void;
}

export function createRunLedger({ now, onStuck, onMissed }: RunLedgerOptions): RunLedger {
  const ears: Ears = {
    onRun(record) {
      for (const listener of listeners) listener(record);
    },
    onMissed,
  };
  let reader = createRunReader(emptyRuns(), ears);
  const current = createCurrentLink(() => reader.isCurrent);
  /** The newest snapshot stands for a place that the ledger does not have. */
  let readWhole = false;
  const listeners = new Set<Listener>();

  async function append(
    record: WrittenRecord,
    over: WorkerLink,
  ): Promise<{ outcome: FireOutcome; read: Reached | undefined }> {
    const own = reader;
    const back = own.reached(record);
    const outcome = await over.append(record);
    if (outcome.kind !== "confirmed") own.giveUp(record);
    const callOff = after(STUCK_MS, () => {
      readWhole = true;
      own.giveUp(record);
      onStuck(over);
    });
    const read = await back;
    callOff();
    return { outcome, read };
  }

  /** Undefined: the link was lost first, or is no good. */
  async function readBack(
    record: WrittenRecord,
    over: WorkerLink | undefined,
  ): Promise<Reached | undefined> {
    return over && (await append(record, over)).read;
  }

  async function follow(over: WorkerLink): Promise<BrokerProblem | undefined> {
    const found = await startingReader(over, readWhole, ears);
    if (isBrokerProblem(found)) return found;
    void over.lost.then(() => found.reader.giveUp());
    const following = await over.follow(found.from, found.reader.take);
    if (isBrokerProblem(following)) return following;
    reader = found.reader;
    current.opened(over);
    const mark: MarkRecord = { kind: "mark", at: now(), nonce: crypto.randomUUID() };
    if (!(await readBack(mark, over))) return UNREADABLE;
    readWhole = false;
    current.wake();
    return undefined;
  }

  return {
    get state() {
      return reader.state;
    },
    get isCurrent() {
      return reader.isCurrent && current.link?.isLost === false;
    },
    open: follow,
    ready: async (signal) => (await current.usable(signal)) !== undefined,
    async claim(record, signal) {
      const over = await current.usable(signal);
      const read = await readBack(record, over);
      // A broker that takes no records would be asked again and again.
      if (over && !read && !over.isLost) await pause();
      return read?.judged;
    },
    put: async (record) => (await readBack(record, current.link)) !== undefined,
    claimNotice: async (record) => (await readBack(record, current.link))?.isFirst === true,
    async finish(record) {
      let counts: boolean | undefined;
      const outcome = await current.insist(async (over) => {
        const { outcome, read } = await append(record, over);
        counts = read?.counts;
        if (outcome.kind !== "confirmed" || read) return outcome;
        return { kind: "in-doubt", problem: UNREADABLE };
      });
      return outcome && { ...outcome, ...(counts === undefined ? {} : { counts }) };
    },
    async say(record) {
      const { link } = current;
      if (!link || link.isLost) return false;
      return (await link.append(record)).kind === "confirmed";
    },
    insist: current.insist,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    end() {
      reader.giveUp();
      current.end();
    },
  };
}

const UNREADABLE: BrokerProblem = {
  code: "BROKER_LEDGER",
  message: "the ledger could not be read to its end",
};
