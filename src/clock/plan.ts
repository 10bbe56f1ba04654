import type { Config, Job } from "../config/config.ts";
import type { Instant } from "../schedule/schedule.ts";
import { createBacklog, type Late, lateOf, type Missed, type Past } from "./backlog.ts";
import { createHeap } from "./heap.ts";

/** A slot whose time has come. */
export interface Due {
  job: Job;
  slot: Instant;
}

/** What everybody else has decided of jobs. */
export interface Before {
  /** Undefined: the job was never seen before. It begins with its first slot after now. */
  pastOf(job: Job): Past | undefined;
  /** People have paused it. */
  isHeld(job: string): boolean;
  /** Every slot up to here is dealt with, what is to be caught up aside. */
  settled: Instant;
  /** No slot after this one was ever fired. Ahead of now when a wall clock is, or was, wrong. */
  newest: Instant;
}

/**
 * Which slot of which job comes next. A leader decides everything here, from instants alone: no
 * timer, no broker, no clock is read. Every slot leaves the plan exactly once, as due, as late or
 * as missed.
 */
export interface Plan {
  readonly jobs: number;
  /** How much late work there is. */
  readonly late: number;
  /** Every slot up to here has been taken, late work aside. */
  readonly settled: Instant;
  /** A job that is new at `now` begins after this: not within what is settled already. */
  begin(now: Instant): Instant;
  job(name: string): Job | undefined;
  /** The earliest slot that has not been taken. */
  first(): Due | undefined;
  /** Takes all slots of the earliest instant that is not after `now`. Empty: nothing is due. */
  takeDue(now: Instant): Due[];
  /** Lets jobs go on to their next slot, after theirs were taken and fired. */
  advance(fired: readonly Due[]): void;
  /** Takes the oldest late work. */
  takeLate(most: number): Late[];
  /** People hold a job, or let it go on with its first slot after `now`. What is late is missed. */
  hold(job: string): Missed[];
  release(job: string, now: Instant): void;
  /**
   * Swaps in another file, whole. A job whose schedule did not change keeps its next slot; a changed
   * or renamed one goes on from what was settled last; a new one begins after `now`. Call it with
   * nothing taken. Returns the slots that a removed or paused job leaves behind.
   */
  reload(config: Config, now: Instant): Missed[];
}

/** Where a job is in its schedule. */
interface Place {
  /** Up to here its slots are dealt with, whatever its schedule was. */
  last: Instant;
  next: Instant | undefined;
}

interface Entry extends Place {
  job: Job;
  next: Instant;
  /** Place in the file, so that slots of one instant come in a stable order. */
  order: number;
  /** It is not in the heap: its slot was taken, or it has none. */
  out: boolean;
}

const isEarlier = (a: Entry, b: Entry) =>
  a.next < b.next || (a.next === b.next && a.order < b.order);

/** Nothing is known: every job is new. */
const NOTHING: Before = {
  ...{ pastOf: () => undefined, isHeld: () => false },
  ...{ settled: -Infinity, newest: -Infinity },
};

export function createPlan(config: Config, start: Instant, before: Before = NOTHING): Plan {
  const { pastOf, isHeld } = before;
  let inForce = config;
  let entries = new Map<string, Entry>();
  let heap = createHeap<Entry>(isEarlier);
  let [settled, newest] = [Math.max(start, before.settled), before.newest];
  const backlog = createBacklog();
  const held = new Set([...config.jobs.keys()].filter(isHeld));

  /** Why a job's slots are of no use. */
  function idle(name: string): string | undefined {
    const job = inForce.jobs.get(name);
    if (!job) return "the job was removed";
    return job.paused || held.has(name) ? "the job is paused" : undefined;
  }

  function build(placeOf: (job: Job) => Place): void {
    const built = new Map<string, Entry>();
    const ordered = createHeap<Entry>(isEarlier);
    for (const job of inForce.jobs.values()) {
      const { last, next } = placeOf(job);
      const slot = idle(job.name) === undefined ? (next ?? Infinity) : Infinity;
      const entry = { job, last, next: slot, order: built.size, out: slot === Infinity };
      built.set(job.name, entry);
      if (!entry.out) ordered.push(entry);
    }
    [entries, heap] = [built, ordered];
  }

  function goOn({ job: { name, schedule }, slot }: Due): void {
    const entry = entries.get(name);
    if (!entry) return;
    // In the heap twice, a job would fire twice, and the heap would lose its order.
    if (!entry.out) throw new Error(`the slot of ${name} was not taken`);
    newest = Math.max(newest, slot);
    entry.last = slot;
    entry.next = schedule.next(slot) ?? Infinity;
    entry.out = entry.next === Infinity;
    if (!entry.out) heap.push(entry);
  }

  function take(): Entry {
    const entry = heap.pop()!;
    entry.out = true;
    return entry;
  }

  const begin = (now: Instant) => Math.max(now, settled, newest);
  const goOnAfter = (job: Job, last: Instant): Place => ({ last, next: job.schedule.next(last) });
  const keep = ({ name }: Job): Place => entries.get(name)!;
  const late = [...config.jobs.values()].flatMap((job) => {
    const past = pastOf(job);
    return past
      ? lateOf(job, past, { now: start, idle: idle(job.name), jobs: config.jobs.size })
      : [];
  });
  backlog.add(late);
  build((job) => goOnAfter(job, Math.max(start, pastOf(job)?.after ?? begin(start))));
  return {
    get jobs() {
      return entries.size;
    },
    get late() {
      return backlog.size;
    },
    get settled() {
      return settled;
    },
    begin,
    job: (name) => inForce.jobs.get(name),
    first() {
      const entry = heap.peek();
      return entry && { job: entry.job, slot: entry.next };
    },
    takeDue(now) {
      const due: Due[] = [];
      const slot = heap.peek()?.next ?? Infinity;
      if (slot > now) settled = Math.max(settled, now);
      else while (heap.peek()?.next === slot) due.push({ job: take().job, slot });
      return due;
    },
    advance(fired) {
      for (const due of fired) goOn(due);
    },
    takeLate: (most) => backlog.take(most),
    hold(name) {
      // Nobody can know of a pause of a job that there is not: one that comes later is not held.
      if (!entries.has(name)) return [];
      held.add(name);
      build(keep);
      return backlog.drop(idle);
    },
    release(name, now) {
      if (!held.delete(name)) return;
      build((job) => {
        const place = keep(job);
        return job.name === name ? goOnAfter(job, Math.max(now, settled, place.last)) : place;
      });
    },
    reload(next, now) {
      const old = entries;
      inForce = next;
      for (const { name, renamedFrom } of next.jobs.values()) {
        if (renamedFrom === undefined || old.has(name)) continue;
        backlog.rename(renamedFrom, name);
        if (held.delete(renamedFrom)) held.add(name);
      }
      for (const name of held) if (!next.jobs.has(name)) held.delete(name);
      build((job) => {
        const entry = old.get(job.name) ?? old.get(job.renamedFrom ?? "");
        if (!entry) return goOnAfter(job, begin(now));
        const last = Math.max(settled, entry.last);
        if (entry.job.paused) return goOnAfter(job, Math.max(now, last));
        return entry.job.scheduleKey === job.scheduleKey ? entry : goOnAfter(job, last);
      });
      return backlog.drop(idle);
    },
  };
}
