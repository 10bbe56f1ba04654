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
  /**
   * For time that passed with nobody leading: takes what to fire late, in the order of slots. As
   * after `takeDue`, each of them is then advanced or put back.
   */
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
  /** It is not in the heap: its slot was taken, or it has none. */
  out: boolean;
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
      const entry = { job, next: slot ?? Infinity, order: built.size, out: slot === undefined };
      built.set(job.name, entry);
      if (!entry.out) ordered.push(entry);
    }
    [entries, heap] = [built, ordered];
  }

  function goOn(job: Job, slot: Instant | undefined): void {
    const entry = entries.get(job.name);
    if (!entry) return;
    // In the heap twice, a job would fire twice, and the heap would lose its order.
    if (!entry.out) throw new Error(`the slot of ${job.name} was not taken`);
    entry.next = slot ?? Infinity;
    entry.out = slot === undefined;
    if (!entry.out) heap.push(entry);
  }

  function take(): Due {
    const entry = heap.pop()!;
    entry.out = true;
    return { job: entry.job, slot: entry.next };
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
      else while (heap.peek()?.next === slot) due.push(take());
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
        const { job, slot: first } = take();
        const result = catchUp(job.schedule, first, now);
        missed.push(...result.missed.map((slots) => ({ job: job.name, ...slots })));
        if (result.fire === undefined) goOn(job, result.next);
        else fires.push({ job, slot: result.fire });
      }
      settled = Math.max(settled, now);
      const orderOf = ({ job }: Due) => entries.get(job.name)!.order;
      return { fires: fires.sort((a, b) => a.slot - b.slot || orderOf(a) - orderOf(b)), missed };
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
    const { fire, missed: older } = catchUp(job.schedule, next, now);
    const count = older.reduce((sum, slots) => sum + slots.count, fire === undefined ? 0 : 1);
    const last = fire ?? older.at(-1)!.last;
    const reason = stays ? "the job was paused" : "the job was removed";
    missed.push({ job: job.name, count, first: next, last, reason });
  }
  return missed;
}
