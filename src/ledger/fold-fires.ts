import type { Instant } from "../clock/time.ts";
import { isPlausible } from "./epoch.ts";
import { type Fire, fireId } from "./fire.ts";
import { applyRefire } from "./fold-runs.ts";
import { oweBefore, settleLate, settleLive } from "./gaps.ts";
import type { FireRecord, MissedRecord } from "./record.ts";
import type { JobState, LedgerState } from "./state.ts";

/** A fire is in the ledger; whether it also reached its queue is not known before `progress`. */
export function applyFire(state: LedgerState, { at, fire }: FireRecord): void {
  const id = fireId(fire.job, fire.slot);
  const isCopy = fire.maybeDuplicate && isKnown(state, id, fire);
  state.open.set(id, fire);
  // A run that was lost is fired again: its slot was dealt with long ago.
  if (applyRefire(state.runs, id) || isCopy) return;
  state.triggers.delete(id);
  // The marker of its leader is missing; the next leader's epoch must be higher all the same.
  if (isPlausible(state, fire.epoch)) state.epoch = Math.max(state.epoch, fire.epoch);
  if (!fire.catchUp && !fire.triggered) state.newest = Math.max(state.newest, fire.slot);
  const { slot, catchUp, maybeDuplicate } = fire;
  const job = jobOf(state, fire.job, slot);
  job.lastFire = { slot, at, catchUp, maybeDuplicate };
  if (fire.triggered) return;
  if (!catchUp && fire.epoch < state.epoch) oweBefore(job, state.settled, slot);
  if (catchUp) settleLate(job, slot, slot);
  else settleLive(job, slot);
  noteOwing(state, fire.job, job);
}

function isKnown(state: LedgerState, id: string, { job, slot }: Fire): boolean {
  return state.open.has(id) || state.jobs.get(job)?.lastFire?.slot === slot;
}

/** Slots will not be fired. */
export function applyMissed(state: LedgerState, record: MissedRecord): void {
  const { first, last, reason } = record;
  const isOfTrigger = first === last && endTrigger(state, record.job, first);
  // It could not be delivered, and that is settled: nobody has to send it again.
  if (first === last) state.open.delete(fireId(record.job, first));
  const job = state.jobs.get(record.job);
  // People may ask for a job that nobody knows; and what is said late of a job that was removed or
  // renamed does not bring it back.
  if (!job) return;
  job.missed += record.count;
  job.lastMissed = { last, reason };
  if (isOfTrigger) return;
  settleLate(job, first, last);
  noteOwing(state, record.job, job);
}

/** True when it was a trigger's slot, which is none of the schedule's. */
function endTrigger(state: LedgerState, job: string, slot: Instant): boolean {
  if (state.triggers.size === 0 && state.open.size === 0) return false;
  const id = fireId(job, slot);
  return state.triggers.delete(id) || state.open.get(id)?.triggered === true;
}

/** A job that is not known yet begins with this slot: the ledger's beginning may be missing. */
function jobOf(state: LedgerState, name: string, slot: Instant): JobState {
  let job = state.jobs.get(name);
  if (!job) {
    job = { last: slot, owed: [], missed: 0 };
    state.jobs.set(name, job);
  }
  return job;
}

function noteOwing(state: LedgerState, name: string, { owed }: JobState): void {
  if (owed.length > 0) state.owing.add(name);
  else state.owing.delete(name);
}
