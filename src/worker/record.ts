import type { WorkerFire, WorkerLink } from "../broker/broker.ts";
import type { Time } from "../clock/time.ts";
import type { RunRecord } from "../ledger/record.ts";
import type { Emit } from "../observe/events.ts";
import type { Outcome } from "./command.ts";
import { naming } from "./held.ts";
import { recordTail } from "./record-tail.ts";
import { usageOf } from "./usage.ts";

export interface RecorderOptions {
  /** The link that is open now. */
  link(): WorkerLink | undefined;
  /** What this worker is called in the ledger: host and pid. */
  name: string;
  time: Time;
  emit: Emit;
}

/** Tells the ledger how an attempt ended. */
export type RecordEnd = (fire: WorkerFire, outcome: Outcome, reason: string | undefined) => void;

/**
 * As well as it can: a run never waits for its record, and none is kept for a ledger that is away.
 * The record is on its way when the call returns, so that it is there before the message is settled.
 */
export function createRecorder({ link, name, time, emit }: RecorderOptions): RecordEnd {
  return (fire, outcome, reason) => {
    const lost = (why: string) => emit({ type: "run.not_recorded", ...naming(fire), reason: why });
    const open = link();
    if (!open || open.isLost) return lost("the broker is away");
    void open.append(recordOf(fire, outcome, reason, name, time.now())).then((answer) => {
      if (answer.kind !== "confirmed") lost(answer.problem.message);
    });
  };
}

function recordOf(
  fire: WorkerFire,
  outcome: Outcome,
  reason: string | undefined,
  worker: string,
  at: number,
): RunRecord {
  const { ok, kind, exitCode, signal, startedAt, endedAt } = outcome;
  return {
    ...{ kind: "run", at, event: "finished", ...naming(fire) },
    ...{ ok, outcome: kind, exitCode, signal, startedAt, endedAt, worker },
    ...(reason === undefined ? {} : { reason }),
    ...usageOf(outcome),
    ...recordTail(outcome),
  };
}
