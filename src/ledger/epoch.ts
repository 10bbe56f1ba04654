import { HIGHEST_EPOCH } from "./record.ts";
import type { LedgerState } from "./state.ts";

/** More leaders than can be missing between two records that follow on each other. */
const MOST_AHEAD = 1000;

/**
 * An epoch that is far above the highest one so far is a mistake. Were it believed, no leader could
 * follow it. When nothing is known, any may be right: the ledger's beginning may be missing.
 */
export function isPlausible({ epoch }: LedgerState, claimed: number): boolean {
  return claimed <= (epoch === 0 ? HIGHEST_EPOCH : epoch + MOST_AHEAD);
}
