import { emptyState } from "../../src/ledger/fold.ts";
import type { JobState, LedgerState } from "../../src/ledger/state.ts";
import { zoneNamed } from "../../src/schedule/zone.ts";

export const NOW = Date.UTC(2026, 11, 1, 9);
export const UTC = zoneNamed("UTC")!;

/** A ledger's state as a test needs it. */
export function stateOf(parts: Partial<LedgerState> = {}): LedgerState {
  return { ...emptyState(), position: 99, epoch: 4, ...parts };
}

export function jobState(parts: Partial<JobState> = {}): JobState {
  return { last: NOW - 60_000, owed: [], missed: 0, ...parts };
}
