import type { Instant } from "../clock/time.ts";
import { horizonOf } from "./gaps.ts";
import type { Gap, LedgerState } from "./state.ts";

/**
 * What of a job is to be caught up at a takeover: what it is owed, and then everything from what was
 * settled last up to `now` (ms UTC). The oldest first, none empty, no two that touch. Undefined:
 * the job was never seen before.
 */
export function gapsOf(state: LedgerState, job: string, now: Instant): Gap[] | undefined {
  const known = state.jobs.get(job);
  if (!known) return undefined;
  const gaps: Gap[] = [];
  const add = ({ after, until }: Gap) => {
    if (after >= until) return;
    const before = gaps.at(-1);
    if (before && after <= before.until) before.until = Math.max(before.until, until);
    else gaps.push({ after, until });
  };
  for (const gap of known.owed) add(gap);
  add({ after: horizonOf(known, state.settled), until: now });
  return gaps;
}
