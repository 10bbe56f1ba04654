import type { Instant } from "../clock/time.ts";
import type { Gap, JobState } from "./state.ts";

/** Up to where the slots of a job are dealt with or owed. */
export function horizonOf({ last, owed }: JobState, settled: Instant): Instant {
  return Math.max(last, settled, owed.at(-1)?.until ?? -Infinity);
}

/**
 * At a new leader's marker: what is not settled up to `until` is owed from now on. The new leader
 * fires everything after `until`, or after what is settled, in its time: that cannot be owed too,
 * though the clock of an earlier leader was ahead and said so.
 */
export function oweUpTo(job: JobState, settled: Instant, until: Instant): void {
  const newest = job.owed.at(-1);
  if (newest && newest.after > Math.max(until, job.last, settled)) job.last = newest.after;
  const end = Math.max(until, job.last, settled);
  for (const gap of job.owed) gap.until = Math.min(gap.until, end);
  const after = horizonOf(job, settled);
  const before = job.owed.at(-1);
  if (after < until) {
    if (before && before.until === after) before.until = until;
    else job.owed.push({ after, until });
  }
  tidy(job);
}

/**
 * Slots of a stretch are of no use to anybody: the job was paused. What is older and not dealt with
 * yet is owed as before.
 */
export function skipStretch(job: JobState, { after, until }: Gap, settled: Instant): void {
  // Somebody's clock is wrong.
  if (until <= after) return;
  const horizon = horizonOf(job, settled);
  if (horizon < after) job.owed.push({ after: horizon, until: after });
  job.owed = job.owed.flatMap((gap) => [
    { after: gap.after, until: Math.min(gap.until, after) },
    { after: Math.max(gap.after, until), until: gap.until },
  ]);
  job.last = Math.max(job.last, until);
  tidy(job);
}

/** A slot that newer ones may overtake: it has a gap of its own, which they do not reach into. */
export function oweSlot(job: JobState, slot: Instant): void {
  const { owed } = job;
  const at = owed.findIndex(({ until }) => until >= slot);
  const own = { after: slot - 1, until: slot };
  const { after, until } = owed[at] ?? { after: Infinity, until: Infinity };
  if (at < 0) owed.push(own);
  else if (after >= slot) owed.splice(at, 0, own);
  else
    owed.splice(
      at,
      1,
      { after, until: slot - 1 },
      own,
      ...(slot < until ? [{ after: slot, until }] : []),
    );
  tidy(job);
}

/** A leader that was replaced has fired ahead of its successor, to whom the slots before are left. */
export function oweBefore(job: JobState, settled: Instant, slot: Instant): void {
  if (horizonOf(job, settled) < slot) oweUpTo(job, settled, slot - 1);
}

/**
 * Slots of the past were dealt with, `first` to `last`, the oldest that are owed: a gap that they
 * reach into goes on after them. Beyond all gaps they are as good as fired in time.
 */
export function settleLate(job: JobState, first: Instant, last: Instant): void {
  for (const gap of job.owed) {
    if (first <= gap.until && last > gap.after) gap.after = Math.min(last, gap.until);
  }
  const end = job.owed.at(-1)?.until ?? -Infinity;
  if (last > end) job.last = Math.max(job.last, last);
  tidy(job);
}

/**
 * One slot was fired in its time. Only a leader that has been replaced, and does not know it yet,
 * fires one that is owed: then what is before and after it still is.
 */
export function settleLive(job: JobState, slot: Instant): void {
  job.last = Math.max(job.last, slot);
  // Nearly always.
  if (job.owed.length === 0) return;
  const at = job.owed.findIndex(({ after, until }) => after < slot && slot <= until);
  if (at >= 0) {
    const { after, until } = job.owed[at]!;
    job.owed.splice(at, 1, { after, until: slot - 1 }, { after: slot, until });
  }
  tidy(job);
}

/** Nothing up to `end` is owed any more. */
export function settleUpTo(job: JobState, end: Instant): void {
  for (const gap of job.owed) gap.after = Math.max(gap.after, Math.min(gap.until, end));
  // What is settled for all may end earlier, before a fire that has no answer yet.
  job.last = Math.max(job.last, Math.min(end, horizonOf(job, -Infinity)));
  tidy(job);
}

/** Takes out empty gaps, save the newest as long as it alone tells up to where slots are dealt with. */
function tidy(job: JobState): void {
  const { owed, last } = job;
  const isOfUse = ({ after, until }: Gap, at: number) =>
    after < until || (at === owed.length - 1 && until > last);
  if (!owed.every(isOfUse)) job.owed = owed.filter(isOfUse);
}
