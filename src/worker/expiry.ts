import type { Instant } from "../clock/time.ts";
import type { Job, RunTask } from "../config/config.ts";

/**
 * True when a run of `slot` that has not started is not to start any more: its slot is as old as
 * `expires` at `now`, or `expires` is `next` and the job's next slot after it is due.
 */
export function isExpired(
  expires: RunTask["expires"],
  slot: Instant,
  schedule: Job["schedule"],
  now: Instant,
): boolean {
  if (expires === undefined) return false;
  if (expires !== "next") return now - slot >= expires;
  const next = schedule.next(slot);
  return next !== undefined && next <= now;
}
