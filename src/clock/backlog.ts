import type { Job } from "../config/config.ts";
import type { Gap } from "../ledger/state.ts";
import type { Instant } from "../schedule/schedule.ts";
import { catchUp, type MissedSlots, stepsFor } from "./catchup.ts";

/** What is known of a job before its plan begins. */
export interface Past {
  /** Every slot up to here has been dealt with, those in `gaps` aside. */
  after: Instant;
  /** Stretches of time whose slots are to be caught up. */
  gaps: readonly Gap[];
  /** The newest slot that is dealt with, gaps aside. */
  newest?: Instant;
}

export interface Missed extends MissedSlots {
  job: string;
}

/** Late work: a slot to be fired late, or slots to be recorded as missed. */
export type Late = { job: string; fire: Instant } | { job: string; missed: MissedSlots };

/**
 * Late work in the order of time. Of one job what is missed comes before what is fired, since it is
 * older: so the ledger has dealt with a job's slots from the oldest on, wherever the work is cut off.
 */
export interface Backlog {
  readonly size: number;
  add(items: readonly Late[]): void;
  /** Takes the oldest ones, at most so many. */
  take(most: number): Late[];
  /** What is late of a job belongs to another one from now on. */
  rename(from: string, to: string): void;
  /** Takes out everything of jobs that have no use for it any more, as missed. */
  drop(reasonOf: (job: string) => string | undefined): Missed[];
}

export function createBacklog(): Backlog {
  let items: Late[] = [];
  let taken = 0;
  const rest = () => items.slice(taken);
  const replace = (next: Late[]) => {
    items = next;
    taken = 0;
  };
  return {
    get size() {
      return items.length - taken;
    },
    add(more) {
      if (more.length === 0) return;
      // A stable sort: what a job gave in one order stays in it.
      replace([...rest(), ...more].sort((a, b) => startOf(a) - startOf(b)));
    },
    take(most) {
      const part = items.slice(taken, taken + most);
      taken += part.length;
      if (taken === items.length) replace([]);
      return part;
    },
    rename(from, to) {
      replace(rest().map((item) => (item.job === from ? { ...item, job: to } : item)));
    },
    drop(reasonOf) {
      const dropped = new Map<string, Missed>();
      const kept = rest().filter((item) => {
        const reason = reasonOf(item.job);
        if (reason === undefined) return true;
        dropped.set(item.job, merge(dropped.get(item.job), item, reason));
        return false;
      });
      replace(kept);
      return [...dropped.values()];
    },
  };
}

function startOf(item: Late): Instant {
  return "fire" in item ? item.fire : item.missed.first;
}

function merge(before: Missed | undefined, item: Late, reason: string): Missed {
  const { job } = item;
  const { count, first, last } =
    "fire" in item ? { count: 1, first: item.fire, last: item.fire } : item.missed;
  if (!before) return { job, count, first, last, reason };
  return { ...before, count: before.count + count, last: Math.max(before.last, last) };
}

/**
 * What a job's policy makes of its gaps; only a record when the job is `idle` for a reason. `jobs`: how
 * many are caught up in one go.
 */
export function lateOf(
  job: Job,
  { gaps, newest }: Past,
  { now, idle, jobs }: { now: Instant; idle: string | undefined; jobs: number },
): Late[] {
  const policy = idle === undefined ? job.catchUp : { ...job.catchUp, run: "none" as const };
  const { fires, missed } = catchUp(job.schedule, gaps, now, policy, newest, stepsFor(jobs));
  return [
    ...missed.map((slots) => ({
      job: job.name,
      missed: { ...slots, reason: idle ?? slots.reason },
    })),
    ...fires.map((fire) => ({ job: job.name, fire })),
  ];
}
