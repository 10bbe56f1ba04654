import type { Instant } from "../schedule/schedule.ts";

/** A stretch of time: `from` is in it, `to` is not, as with a job's `starts` and `ends`. */
export interface Window {
  from: Instant;
  to: Instant;
}
