import type { Config, Job } from "../config/config.ts";
import type { Instant } from "../schedule/schedule.ts";
import { catchUp, type MissedSlots } from "./catchup.ts";
import { createHeap } from "./heap.ts";

/** A slot whose time has come. */
export interface Due {
  job: Job;
  slot: Instant;
}

export interface Missed extends MissedSlots {
  job: string;
}

/**
 * Which slot of which job comes next. The clock decides everything here, from instants alone: no
 * timer, no broker, no clock is read. Every slot leaves the plan exactly once, as due or as missed.
 */
export interface Plan {
  readonly jobs: number;
  /** The earliest slot that has not been taken. */
  first(): Due | undefined;
  /** Takes all slots of the earliest instant that is not after `now`. Empty: nothing is due. */
  takeDue(now: Instant): Due[];
  /** Lets jobs go on to their next slot, after theirs were taken and fired. */
  advance(fired: readonly Due[]): void;
  /** Puts back slots that were taken and could not be fired. */
  putBack(unfired: readonly Due[]): void;
  /** For time that passed with nobody leading: what to fire late, in the order of slots. */
  catchUp(now: Instant): { fires: Due[]; missed: Missed[] };
  /**
   * Swaps in another file, whole. A job whose schedule did not change keeps its next slot; a changed
   * one goes on from what was settled last; a new one begins after `now`. Call it with nothing
   * taken. Returns the slots that a removed or paused job leaves behind.
   */
  reload(config: Config, now: Instant): Missed[];
}

interface Entry {
  job: Job;
  next: Instant;
  /** Place in the file, so that slots of one instant come in a stable order. */
  order: number;
}

const before = (a: Entry, b: Entry) => a.next < b.next || (a.next === b.next && a.order < b.order);

/** A plan whose jobs have never been seen before: each begins with its first slot after `now`. */
export function createPlan(config: Config, now: Instant): Plan {
  let entries = new Map<string, Entry>();
  let heap = createHeap<Entry>(before);
  /** Every slot up to here has been taken. */
  let settled = now;

  function build(next: Config, nextOf: (job: Job) => Instant | undefined): void {
    const built = new Map<string, Entry>();
    const ordered = createHeap<Entry>(before);
    for (const job of next.jobs.values()) {
      const slot = job.paused ? undefined : nextOf(job);
      const entry = { job, next: slot ?? Infinity, order: built.size };
      built.set(job.name, entry);
      if (slot !== undefined) ordered.push(entry);
    }
    [entries, heap] = [built, ordered];
  }

  function goOn(job: Job, slot: Instant | undefined): void {
    const entry = entries.get(job.name);
    if (!entry) return;
    entry.next = slot ?? Infinity;
    if (slot !== undefined) heap.push(entry);
  }

  build(config, (job) => job.schedule.next(now));
  return {
    get jobs() {
      return entries.size;
    },
    first() {
      const entry = heap.peek();
      return entry && { job: entry.job, slot: entry.next };
    },
    takeDue(now) {
      const due: Due[] = [];
      const slot = heap.peek()?.next ?? Infinity;
      if (slot > now) settled = Math.max(settled, now);
      else while (heap.peek()?.next === slot) due.push({ job: heap.pop()!.job, slot });
      return due;
    },
    advance(fired) {
      for (const { job, slot } of fired) goOn(job, job.schedule.next(slot));
    },
    putBack(unfired) {
      for (const { job, slot } of unfired) goOn(job, slot);
    },
    catchUp(now) {
      const fires: Due[] = [];
      const missed: Missed[] = [];
      while ((heap.peek()?.next ?? Infinity) <= now) {
        const { job, next: first } = heap.pop()!;
        const result = catchUp(job.schedule, first, now);
        fires.push(...result.fires.map((slot) => ({ job, slot })));
        missed.push(...result.missed.map((slots) => ({ job: job.name, ...slots })));
        goOn(job, result.next);
      }
      settled = Math.max(settled, now);
      return { fires: fires.sort((a, b) => a.slot - b.slot), missed };
    },
    reload(config, now) {
      const old = entries;
      const left = leftBehind(old, config, now);
      build(config, (job) => {
        const entry = old.get(job.name);
        if (!entry || entry.job.paused) return job.schedule.next(now);
        if (entry.job.scheduleKey !== job.scheduleKey) return job.schedule.next(settled);
        return entry.next === Infinity ? undefined : entry.next;
      });
      return left;
    },
  };
}

/** Slots that were due, with nobody leading, when their job was removed or paused. */
function leftBehind(old: ReadonlyMap<string, Entry>, config: Config, now: Instant): Missed[] {
  const missed: Missed[] = [];
  for (const { job, next } of old.values()) {
    const stays = config.jobs.get(job.name);
    if (next > now || (stays && !stays.paused)) continue;
    const { fires, missed: older } = catchUp(job.schedule, next, now);
    const count = fires.length + older.reduce((sum, slots) => sum + slots.count, 0);
    const last = fires.at(-1) ?? older.at(-1)!.last;
    const reason = stays ? "the job was paused" : "the job was removed";
    missed.push({ job: job.name, count, first: next, last, reason });
  }
  return missed;
}
