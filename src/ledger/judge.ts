import type { Instant } from "../clock/time.ts";
import type { ClaimedRecord } from "./run-record.ts";
import { isStanding, type Run, type RunsState } from "./run-state.ts";

/** What a claim comes to, by everything that is in the ledger before it. */
export type Judgement =
  /** It stands; the run starts when it is its turn (`isTurn`). */
  | { kind: "run" }
  /** The message was given to somebody before, who may be dead: see `Run.heir`. */
  | { kind: "heir" }
  | { kind: "skip"; why: "overlap"; by: string; since: Instant }
  | { kind: "skip"; why: "cancelled"; by: string }
  /** The attempt has failed already, and perhaps its next one was not asked for. */
  | { kind: "schedule"; due: Instant }
  /** It was out of attempts, and perhaps is not yet among the dead letters. */
  | { kind: "bury" }
  /** A copy of what somebody else has, or had. */
  | { kind: "drop"; reason: string };

/** Pure: every reader of the ledger comes to the same. */
export function judge(state: RunsState, claim: ClaimedRecord): Judgement {
  const { fire, message } = claim;
  const ended = state.ended.get(fire);
  if (ended && message <= ended.message) {
    return ended.dead && claim.redelivered && message === ended.message
      ? { kind: "bury" }
      : drop("its run has ended");
  }
  const run = state.runs.get(fire);
  const refused = run && judgeCopy(run, claim);
  if (refused) return refused;
  const by = state.cancelled.get(fire);
  if (by !== undefined) return { kind: "skip", why: "cancelled", by };
  return skipFor(state, claim, run) ?? { kind: "run" };
}

/** Undefined: nothing is against it. */
function judgeCopy(run: Run, claim: ClaimedRecord): Judgement | undefined {
  const { message, redelivered } = claim;
  if (message < run.message) return drop(`attempt ${run.message} has begun`);
  const isSame = redelivered && message === run.message && claim.copy === run.copy;
  switch (run.phase) {
    case "standing":
      // The ledger stands for what is kept: the message is not needed any more.
      return isSame && !run.kept ? { kind: "heir" } : drop(`${run.worker} has its run`);
    case "retry":
      if (message > run.message) return undefined;
      return isSame
        ? { kind: "schedule", due: run.due ?? run.since }
        : drop(`attempt ${message} has failed, another one is to come`);
    case "parked":
    case "given-back":
    case "lost":
      return undefined;
  }
}

/**
 * Only the first time that a run is asked for: a later attempt, or one after a death, waits for its
 * turn instead.
 */
function skipFor(
  { lines, runs }: RunsState,
  { job, overlap, message }: ClaimedRecord,
  run: Run | undefined,
): Judgement | undefined {
  if (overlap !== "skip" || run || message > 1) return undefined;
  const by = lines.get(job)?.[0];
  const other = by === undefined ? undefined : runs.get(by);
  return other && isStanding(other)
    ? { kind: "skip", why: "overlap", by: other.fire, since: other.since }
    : undefined;
}

function drop(reason: string): Judgement {
  return { kind: "drop", reason };
}
