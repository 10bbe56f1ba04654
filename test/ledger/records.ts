import type { Fire } from "../../src/ledger/fire.ts";
import { applyEntry, emptyState } from "../../src/ledger/fold.ts";
import type { NoticeClaim, NoticeEnd } from "../../src/ledger/notice-record.ts";
import type {
  ClockRecord,
  FireRecord,
  JobRecord,
  LedgerFault,
  LedgerRecord,
  MissedRecord,
  Progress,
  Trigger,
} from "../../src/ledger/record.ts";
import type { FinishedRecord } from "../../src/ledger/run-record.ts";
import type { LedgerState } from "../../src/ledger/state.ts";

/** Records in few words. Instants are small numbers: only their order matters. */

export function fire(job: string, slot: number, more: Partial<Fire> = {}): FireRecord {
  return {
    kind: "fire",
    at: slot,
    fire: {
      ...{ job, slot, attempt: 1, config: "c1", epoch: 1 },
      ...{ catchUp: false, maybeDuplicate: false, triggered: false },
      target: { kind: "run", queue: "default" },
      ...more,
    },
  };
}

export const late = (job: string, slot: number, more: Partial<Fire> = {}) =>
  fire(job, slot, { catchUp: true, ...more });

export const copy = (job: string, slot: number, more: Partial<Fire> = {}) =>
  fire(job, slot, { maybeDuplicate: true, ...more });

export function missed(job: string, first: number, last: number, reason = "late"): MissedRecord {
  return { kind: "missed", at: last, epoch: 1, job, count: 1, first, last, reason };
}

export function leading(at: number, epoch = 1, clock = "a:1"): ClockRecord {
  return { kind: "clock", at, clock, event: "leading", epoch, nonce: `n${epoch}`, config: "c1" };
}

export function progress(
  settled: number,
  epoch = 1,
  more: Partial<Progress & { at: number; event: "progress" | "resigned"; clock: string }> = {},
): ClockRecord {
  const base = { kind: "clock" as const, at: settled, clock: "a:1", event: "progress" as const };
  return { ...base, epoch, settled, caughtUp: true, open: [], ...more };
}

export function standby(event: "standing-by" | "left", clock: string, at = 0): ClockRecord {
  return { kind: "clock", at, clock, event };
}

export const added = (after: number, ...jobs: string[]): JobRecord => ({
  ...{ kind: "job", at: after, event: "added", jobs, after },
});

export const removed = (...jobs: string[]): JobRecord => ({
  ...{ kind: "job", at: 0, event: "removed", jobs },
});

export const renamed = (from: string, job: string): JobRecord => ({
  ...{ kind: "job", at: 0, event: "renamed", job, from },
});

export const paused = (job: string, at = 0, by = "me@home"): JobRecord => ({
  ...{ kind: "job", at, event: "paused", job, by },
});

export const resumed = (job: string, at = 0): JobRecord => ({
  ...{ kind: "job", at, event: "resumed", job, by: "me@home" },
});

export const triggered = (job: string, slot: number, more: Partial<Trigger> = {}): JobRecord => ({
  ...{ kind: "job", at: slot, event: "triggered", job, slot, by: "me@home" },
  ...more,
});

export function finished(
  job: string,
  slot: number,
  more: Partial<FinishedRecord> = {},
): FinishedRecord {
  return {
    ...{ kind: "run", at: slot, event: "finished", job, fire: `${job}@${slot}`, attempt: 1 },
    ...{ ok: true, outcome: "exited", exitCode: 0, signal: null },
    ...{ startedAt: slot, endedAt: slot + 1, worker: "w:1" },
    ...{ nonce: "n", message: 1, end: "done" },
    ...more,
  };
}

export function noticed(job: string, at: number, more: Partial<NoticeEnd> = {}): NoticeEnd {
  return {
    ...{ kind: "notice", at, event: "sent", notice: "failure", job },
    ...{ by: "webhook", to: "hooks.example.com", tries: 1, worker: "w:1" },
    ...more,
  };
}

export const claimed = (job: string, first: number, last: number): NoticeClaim => ({
  ...{ kind: "notice", at: last, event: "claimed", notice: "missed", job, first, last },
  ...{ worker: "w:1", nonce: "n" },
});

export const fault: LedgerFault = { fault: "broken", reason: "nonsense" };

/** What they say, from the beginning or on from a state. */
export function fold(
  records: readonly (LedgerRecord | LedgerFault)[],
  state: LedgerState = emptyState(),
): LedgerState {
  for (const record of records) applyEntry(state, state.position + 1, record);
  return state;
}
