import type { SkippedRecord } from "../ledger/run-record.ts";
import { isStanding, isTurn, type RunsState, replacedBy } from "../ledger/run-state.ts";

/** What a claim that stands is to do now. */
export type Turn =
  | { kind: "start" | "wait" }
  /** As the heir of a worker of which nothing was heard: it has to say so first. */
  | { kind: "inherit" }
  | { kind: "skip"; why: SkippedRecord["why"]; by: string }
  /** The claim does not stand any more: something else has become of the run. */
  | { kind: "void" };

/** Pure. `heirWaits`: the worker before this one may still be heard of. */
export function turnOf(state: RunsState, fire: string, claim: string, heirWaits: boolean): Turn {
  const run = state.runs.get(fire);
  const isHeir = run?.heir?.nonce === claim;
  if (!run || !isStanding(run) || !(run.nonce === claim || isHeir)) return { kind: "void" };
  if (isHeir && heirWaits) return { kind: "wait" };
  const canceller = state.cancelled.get(fire);
  if (canceller !== undefined) return { kind: "skip", why: "cancelled", by: canceller };
  const replacer = replacedBy(state, run);
  if (replacer !== undefined) return { kind: "skip", why: "replaced", by: replacer };
  if (!isTurn(state, run)) return { kind: "wait" };
  return { kind: isHeir ? "inherit" : "start" };
}
