import type { CatchUpPolicy } from "../config/config.ts";
import { formatDuration } from "../config/duration.ts";
import type { Gap } from "../ledger/state.ts";
import type { Instant, Schedule } from "../schedule/schedule.ts";
import { type Counted, countSlots, newestSlots } from "./slots.ts";

/** What becomes of slots whose time passed with no clock leading: each is in exactly one of the two. */
export interface CatchUp {
  /** To be fired late, ascending. */
  fires: Instant[];
  /** Slots that will not be fired, and why: ascending, each older than every fire. */
  missed: MissedSlots[];
}

/** A job's slots from `first` to `last`, both among them. None of another gap lies between. */
export interface MissedSlots {
  /** The least that there are, when `reason` says that not all were counted. */
  count: number;
  first: Instant;
  last: Instant;
  reason: string;
}

/** Some ms of counting a job. Jobs with an `every` of their own need none, whatever their number. */
const MOST_STEPS = 100_000;

/** Some seconds of counting in all. */
const MOST_STEPS_IN_ALL = 20_000_000;

/** How far to count for each of so many jobs that are caught up in one go. */
export function stepsFor(jobs: number): number {
  return Math.min(MOST_STEPS, Math.floor(MOST_STEPS_IN_ALL / Math.max(jobs, 1)));
}

/**
 * Decides about the slots after `after` and up to `until` of each gap, by the job's policy. `gaps`
 * come oldest first. `newest` is the newest slot of the job that was fired in its time: under
 * `latest` a slot from before it is of no use any more. Missed slots beyond `steps` of them are not
 * counted one by one.
 */
export function catchUp(
  schedule: Schedule,
  gaps: readonly Gap[],
  now: Instant,
  policy: CatchUpPolicy,
  newest = -Infinity,
  steps = MOST_STEPS,
): CatchUp {
  const filled = withSlots(schedule, gaps);
  if (filled.length === 0) return { fires: [], missed: [] };
  // Slots up to here are too old.
  const old = now - policy.within - 1;
  const { fires, others } = choose(schedule, filled, { policy, old, newest });
  const until = fires.length > 0 ? fires[0]! - 1 : Infinity;
  const parts: Part[] =
    others.length === 1
      ? [{ after: -Infinity, until, reason: others[0]! }]
      : [
          { after: -Infinity, until: old, reason: others[0]! },
          { after: old, until, reason: others[1]! },
        ];
  return { fires, missed: missedOf(schedule, filled, parts, steps) };
}

/** A stretch of time in which slots are missed for one reason. */
interface Part extends Gap {
  reason: string;
}

/** Most gaps of most jobs are short and have no slot: no more is to be done about them. */
function withSlots(schedule: Schedule, gaps: readonly Gap[]): Gap[] {
  const filled: Gap[] = [];
  let dealtWith = -Infinity;
  for (const gap of gaps) {
    const after = Math.max(gap.after, dealtWith);
    const first = after < gap.until ? schedule.next(after) : undefined;
    if (first !== undefined && first <= gap.until) filled.push({ after, until: gap.until });
    dealtWith = Math.max(dealtWith, gap.until);
  }
  return filled;
}

interface Choice {
  fires: Instant[];
  /** Why the others are missed: all of them, or those that are too old and those that are not. */
  others: readonly [string] | readonly [string, string];
}

function choose(
  schedule: Schedule,
  gaps: readonly Gap[],
  { policy, old, newest }: { policy: CatchUpPolicy; old: Instant; newest: Instant },
): Choice {
  const tooOld = `older than ${formatDuration(policy.within)}`;
  switch (policy.run) {
    case "none":
      return { fires: [], others: ["catch_up is none"] };
    case "latest": {
      const fires = newestOf(schedule, gaps, -Infinity, 1);
      if (fires[0]! <= old) return { fires: [], others: [tooOld] };
      if (fires[0]! < newest) return { fires: [], others: ["a later slot has been fired"] };
      return { fires, others: ["only the latest is caught up"] };
    }
    case "all": {
      const fires = newestOf(schedule, gaps, old, policy.max);
      return { fires, others: [tooOld, `more than ${policy.max}`] };
    }
  }
}

/** The newest slots of all gaps after `after`, at most so many, ascending. */
function newestOf(
  schedule: Schedule,
  gaps: readonly Gap[],
  after: Instant,
  most: number,
): Instant[] {
  let slots: Instant[] = [];
  for (const gap of gaps.toReversed()) {
    const from = Math.max(gap.after, after);
    if (slots.length < most && from < gap.until) {
      slots = [...newestSlots(schedule, from, gap.until, most - slots.length), ...slots];
    }
  }
  return slots;
}

function missedOf(
  schedule: Schedule,
  gaps: readonly Gap[],
  parts: readonly Part[],
  steps: number,
): MissedSlots[] {
  const missed: MissedSlots[] = [];
  let left = steps;
  for (const gap of gaps) {
    for (const { reason, ...part } of parts) {
      const after = Math.max(gap.after, part.after);
      const until = Math.min(gap.until, part.until);
      const counted = countSlots(schedule, after, until, left);
      if (!counted) continue;
      left = Math.max(0, left - counted.steps);
      missed.push(missedSlots(counted, reason));
    }
  }
  return missed;
}

function missedSlots({ count, first, last, complete }: Counted, reason: string): MissedSlots {
  const why = complete ? reason : `${reason}; there are more than were counted`;
  return { count, first, last, reason: why };
}
