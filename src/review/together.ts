import type { Job, RunTask } from "../config/config.ts";
import { formatDuration } from "../config/duration.ts";
import { waitsOf } from "../config/retry.ts";
import { formatLocal } from "../schedule/datetime.ts";
import type { Instant } from "../schedule/schedule.ts";
import { type Zone, zoneNamed } from "../schedule/zone.ts";
import type { Fault } from "./cases.ts";
import type { Window } from "./window.ts";

/** How long a run may take when every attempt needs all its time: ms from its slot. */
export function longestRun({ timeout = 0, killAfter, retry }: RunTask): number {
  return retry.attempts * (timeout + killAfter) + Math.ceil(waitsOf(retry) * (1 + retry.jitter));
}

/** More than anybody reads. */
const MOST = 3;

/**
 * Where runs of two jobs may go on at once within a window: the first few places. A run that began
 * before the window counts as well.
 */
export function togetherFaults(jobs: readonly Job[], { from, to }: Window): Fault[] {
  const sides = jobs.map((job): Side => {
    const length = longestRun(job.task as RunTask);
    // One that lasts no time at all is still there at its slot.
    const first = job.schedule.next(from - Math.max(length, 1));
    return {
      job,
      length,
      next: first ?? Infinity,
      busyUntil: -Infinity,
      began: -Infinity,
      isTold: false,
    };
  });
  const faults: Fault[] = [];
  for (let side = earliest(sides); side.next < to; side = earliest(sides)) {
    const slot = side.next;
    const other = sides.find((one) => one !== side && one.busyUntil > slot);
    const ends = other && Math.min(other.busyUntil, slot + side.length);
    if (other && ends! > from && !other.isTold) {
      faults.push(faultOf(side, other, slot));
      other.isTold = true;
      if (faults.length === MOST) return faults;
    }
    side.began = slot;
    side.isTold = false;
    side.busyUntil = slot + side.length;
    side.next = side.job.schedule.next(slot) ?? Infinity;
  }
  return faults;
}

/** A job while its slots pass by. */
interface Side {
  job: Job;
  length: number;
  next: Instant;
  /** Its latest run: its slot, and when it must have ended. */
  began: Instant;
  busyUntil: Instant;
  /** It has been told of this run that another one meets it. */
  isTold: boolean;
}

function earliest(sides: readonly Side[]): Side {
  return sides.reduce((a, b) => (b.next < a.next ? b : a));
}

function faultOf(side: Side, other: Side, slot: Instant): Fault {
  const zone = zoneNamed(other.job.timezone)!;
  const first = runWords(other, other.began, zone);
  const got = `${first}, and ${side.job.name} is due at ${formatLocal(slot, zone)}`;
  return { what: "never_together", expected: "one after the other", got };
}

function runWords({ job, length }: Side, slot: Instant, zone: Zone): string {
  const until = formatLocal(slot + length, zone);
  const since = formatLocal(slot, zone);
  return `${job.name} of ${since} may run for ${formatDuration(length)}, until ${until}`;
}
