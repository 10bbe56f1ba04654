import type { WorkerFire } from "../broker/broker.ts";
import type { Fire } from "../ledger/fire.ts";
import type { FinishedRecord, SkippedRecord } from "../ledger/run-record.ts";
import { historyOf, keptOf } from "./claim.ts";
import type { Outcome } from "./command.ts";
import { type Held, naming } from "./held.ts";
import { recordTail } from "./record-tail.ts";
import { usageOf } from "./usage.ts";
import type { Verdict } from "./verdict.ts";

/** The record of an attempt that has ended. */
export function finishedOf(
  held: Held,
  outcome: Outcome,
  { end, retryIn, reason: why }: Verdict,
  by: { worker: string; at: number },
): FinishedRecord {
  const { fire, message, claim } = held;
  const { ok, kind, exitCode, signal, startedAt, endedAt } = outcome;
  const isRetried = end === "retry";
  const reason = outcome.reason ?? why;
  return {
    ...{ kind: "run", event: "finished", ...by, ...naming(fire), nonce: claim!, message },
    ...{ ok, outcome: kind, exitCode, signal, startedAt, endedAt, end },
    ...(retryIn === undefined ? {} : { retryIn }),
    ...(isRetried ? { kept: keptOf(held, historyLine(fire, outcome, by.worker)) } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...usageOf(outcome),
    ...recordTail(outcome),
  };
}

/** The fire as a message for its next attempt, or for the dead letters. */
export function fireOf({ fire, queue }: Held, attempt: number, ended?: string): Fire {
  const { job, slot, config, epoch, catchUp, maybeDuplicate, triggered, before, payload } = fire;
  const history = historyOf(fire, ended);
  return {
    ...{ job, slot, attempt, config, epoch, catchUp, maybeDuplicate, triggered, before, history },
    target: { kind: "run", queue, ...(payload === undefined ? {} : { payload }) },
  };
}

/** An ended attempt in one line, for the message of the next one. */
export function historyLine(fire: WorkerFire, outcome: Outcome, worker: string): string {
  const { endedAt } = outcome;
  return `attempt ${fire.attempt}: ${endOf(outcome)}, ${new Date(endedAt).toISOString()}, on ${worker}`;
}

/** How an attempt ended, in few words. */
export function endOf({ kind, exitCode, signal, reason }: Outcome): string {
  switch (kind) {
    case "exited":
      return `exit code ${exitCode}`;
    case "killed":
      return `ended by ${signal}`;
    case "timed-out":
      return "timed out";
    case "not-started":
      return `did not start (${reason})`;
  }
}

export function outOfAttempts({ fire }: Held, outcome: Outcome): string {
  return `out of attempts: attempt ${fire.attempt} ${endOf(outcome)}`;
}

type Skipping = Pick<SkippedRecord, "why" | "by" | "since">;

/** Only what is known of it. */
export function skippingOf({ why, by, since }: Skipping): Skipping {
  return {
    why,
    ...(by === undefined ? {} : { by }),
    ...(since === undefined ? {} : { since }),
  };
}
