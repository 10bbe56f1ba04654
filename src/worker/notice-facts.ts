import type { WorkerFire } from "../broker/broker.ts";
import type { Instant } from "../clock/time.ts";
import { formatDuration } from "../config/duration.ts";
import type { Facts } from "../config/placeholders.ts";
import { formatSlot } from "../ledger/fire.ts";

/** A run that a notice is about. */
export interface RunNamed {
  fire: Pick<WorkerFire, "job" | "slot" | "id" | "attempt" | "traceparent">;
  /** The work queue that it came from. */
  queue: string;
}

/** How an attempt ended: an `Outcome` is one, and so is what is known of a run whose worker died. */
export interface Ending {
  /** exited, killed, timed-out, not-started, or another word */
  kind: string;
  exitCode: number | null;
  signal: string | null;
  startedAt: Instant;
  endedAt: Instant;
  reason?: string;
  tail?: string;
}

/** Slots that will not be fired, as one record of the ledger has them. */
export interface MissedSlots {
  job: string;
  count: number;
  first: Instant;
  last: Instant;
  reason: string;
}

export type Subject =
  | ({ notice: "failure" | "recovery" | "ping"; ending: Ending } & RunNamed)
  | ({ notice: "long"; startedAt: Instant; after: number } & RunNamed)
  | ({ notice: "missed" } & MissedSlots);

const NOTHING = {
  ...{ fire: null, slot: null, attempt: null, queue: null, outcome: null, exit_code: null },
  ...{ signal: null, reason: null, started_at: null, ended_at: null, duration: null },
  ...{ count: null, first: null, last: null, tail: null },
};

/** Everything that there is to say of `subject`. `worker`: who says it. */
export function factsOf(subject: Subject, worker: string): Facts {
  const { notice } = subject;
  const base = { notice, summary: summaryOf(subject), worker };
  if (subject.notice === "missed") {
    const { job, count, first, last, reason } = subject;
    const slots = { count, first: formatSlot(first), last: formatSlot(last) };
    return { ...base, job, ...NOTHING, ...slots, reason };
  }
  const { id, job, slot, attempt } = subject.fire;
  const run = { fire: id, slot: formatSlot(slot), attempt, queue: subject.queue };
  if (subject.notice === "long") {
    const { startedAt, after } = subject;
    const going = { started_at: iso(startedAt), duration: words(after) };
    return { ...base, job, ...NOTHING, ...run, ...going };
  }
  const { kind, exitCode, signal, startedAt, endedAt, reason, tail } = subject.ending;
  const end = { outcome: kind, exit_code: exitCode, signal, reason: reason ?? null };
  const times = { started_at: iso(startedAt), ended_at: iso(endedAt) };
  const duration = words(endedAt - startedAt);
  return { ...base, job, ...NOTHING, ...run, ...end, ...times, duration, tail: tail ?? null };
}

/** One sentence for a person who is called away from something else. */
function summaryOf(subject: Subject): string {
  if (subject.notice === "missed") {
    const { job, count, first, last, reason } = subject;
    if (count === 1) return `${job} missed its slot ${formatSlot(first)}: ${reason}`;
    const range = `from ${formatSlot(first)} to ${formatSlot(last)}`;
    return `${job} missed ${count} slots ${range}: ${reason}`;
  }
  const { job, slot, attempt } = subject.fire;
  const nth = attempt > 1 ? `, attempt ${attempt}` : "";
  return `${job} ${endWords(subject)} (slot ${formatSlot(slot)}${nth})`;
}

function endWords(subject: Exclude<Subject, { notice: "missed" }>): string {
  if (subject.notice === "long") return `is still going after ${words(subject.after)}`;
  const { kind, exitCode, signal, startedAt, endedAt, reason } = subject.ending;
  const after = ` after ${words(endedAt - startedAt)}`;
  const why = reason === undefined ? "" : `: ${reason}`;
  if (subject.notice === "recovery") return `is ok again${after}`;
  if (kind === "not-started") return `could not be started${why}`;
  if (kind === "timed-out") return `timed out${after}${why}`;
  if (kind === "exited") return `failed with exit code ${exitCode}${after}${why}`;
  if (signal !== null) return `failed with ${signal}${after}${why}`;
  return `failed (${kind})${after}${why}`;
}

/** Whole seconds from one second on. */
function words(ms: number): string {
  const whole = Math.max(Math.round(ms), 0);
  return formatDuration(whole < 1000 ? whole : Math.round(whole / 1000) * 1000);
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
