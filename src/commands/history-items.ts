import type { Instant } from "../clock/time.ts";
import { fireId } from "../ledger/fire.ts";
import type { NoticeRecord } from "../ledger/notice-record.ts";
import type { FireRecord, JobRecord, LedgerRecord } from "../ledger/record.ts";
import type { FinishedRecord, RunRecord } from "../ledger/run-record.ts";

/**
 * Something that happened, for a machine. `event` tells which fields it has; they are always the
 * same and in the same order, beginning with `at`, `event`, and `job` when it is about one. Instants
 * are ISO 8601 in UTC, durations ms.
 */
export type Item = { at: string; event: string } & Record<string, unknown>;

/** What a record says that a person wants to know; undefined: nothing. */
export function itemOf(record: LedgerRecord): Item | undefined {
  const at = iso(record.at);
  switch (record.kind) {
    case "fire":
      return fireItem(record);
    case "run":
      return runItem(record);
    case "job":
      return jobItem(record);
    case "missed": {
      const { job, count, first, last, reason } = record;
      return { at, event: "missed", job, count, first: iso(first), last: iso(last), reason };
    }
    case "clock": {
      const { event, clock } = record;
      if (event === "leading") {
        return { at, event, clock, epoch: record.epoch, config: record.config };
      }
      return event === "resigned" ? { at, event, clock, epoch: record.epoch } : undefined;
    }
    case "notice":
      return noticeItem(record);
    case "mark":
      return undefined;
  }
}

/** Whether a record is about a job. */
export function isAbout(record: LedgerRecord, job: string): boolean {
  if (record.kind === "fire") return record.fire.job === job;
  if ("jobs" in record) return record.jobs.includes(job);
  return "job" in record && (record.job === job || ("from" in record && record.from === job));
}

/** The jobs that a record names. */
export function jobsIn(record: LedgerRecord): readonly string[] {
  if (record.kind === "fire") return [record.fire.job];
  if ("jobs" in record) return record.jobs;
  return "job" in record ? [record.job] : [];
}

function fireItem({ at, fire }: FireRecord): Item {
  const { job, slot, attempt, catchUp, maybeDuplicate, triggered, epoch, config, target } = fire;
  return {
    ...{ at: iso(at), event: "fired", job, fire: fireId(job, slot), slot: iso(slot), attempt },
    ...{ late: at - slot, catchUp, maybeDuplicate, triggered, epoch, config },
    queue: target.kind === "run" ? target.queue : null,
    exchange: target.kind === "publish" ? target.exchange : null,
  };
}

/** Undefined: how workers agree on who has a run is nothing for people. */
function runItem(record: RunRecord): Item | undefined {
  if (record.event === "alive") return undefined;
  const { job, fire, worker } = record;
  const base = { at: iso(record.at), event: record.event, job, fire };
  switch (record.event) {
    case "finished":
      return endItem(record);
    case "skipped": {
      const { why, by, since, message } = record;
      const running = { by: by ?? null, since: since === undefined ? null : iso(since) };
      return { ...base, attempt: message, why, ...running, worker };
    }
    case "dropped":
    case "buried":
      return { ...base, attempt: record.message, reason: record.reason, worker };
    case "lost":
      return { ...base, by: worker };
    case "cancel":
      return { ...base, by: record.by };
    default:
      return undefined;
  }
}

function endItem(record: FinishedRecord): Item {
  const { at, job, fire, attempt, ok, outcome, exitCode, signal, startedAt, endedAt } = record;
  return {
    ...{ at: iso(at), event: "ran", job, fire, attempt, ok, outcome, exitCode, signal },
    ...{ startedAt: iso(startedAt), endedAt: iso(endedAt) },
    ...{ duration: Math.max(0, endedAt - startedAt), worker: record.worker },
    ...{ end: record.end, retryIn: record.retryIn ?? null, reason: record.reason ?? null },
    ...{ pid: record.pid ?? null, cpuTime: record.cpuTime ?? null },
    ...{ maxMemory: record.maxMemory ?? null, tail: record.tail ?? null },
    tailCut: record.tailCut === true,
  };
}

/** A claim matters to workers only. */
function noticeItem(record: NoticeRecord): Item | undefined {
  if (record.event === "claimed") return undefined;
  const { at, event, notice, job, fire = null, attempt = null } = record;
  const { by, to, tries, worker, reason = null } = record;
  return {
    ...{ at: iso(at), event: `notice-${event}`, job, notice, fire, attempt },
    ...{ by, to, tries, worker, reason },
  };
}

/** Without the payload of a trigger: nobody knows what is in it. */
function jobItem(record: JobRecord): Item {
  const at = iso(record.at);
  const { event } = record;
  switch (event) {
    case "added":
    case "removed":
      return { at, event, jobs: record.jobs };
    case "renamed":
      return { at, event, job: record.job, from: record.from };
    case "triggered": {
      const { job, slot, by } = record;
      return { at, event, job, fire: fireId(job, slot), by };
    }
    default:
      return { at, event, job: record.job, by: record.by };
  }
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
