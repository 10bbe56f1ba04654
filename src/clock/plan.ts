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

interface Entry {
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
const NOTHING: Before = { pastOf: () => undefined, isHeld: () => false };

export function createPlan(config: Config, start: Instant, before: Before = NOTHING): Plan {
  const { pastOf, isHeld } = before;
  let inForce = config;
  let entries = new Map<string, Entry>();
  let heap = createHeap<Entry>(isEarlier);
  let settled = start;
  const backlog = createBacklog();
  const held = new Set([...config.jobs.keys()].filter(isHeld));

  /** Why a job's slots are of no use. */
  function idle(name: string): string | undefined {
    const job = inForce.jobs.get(name);
    if (!job) return "the job was removed";
    return job.paused || held.has(name) ? "the job is paused" : undefined;
  }

  function build(nextOf: (job: Job) => Instant | undefined): void {
    const built = new Map<string, Entry>();
    const ordered = createHeap<Entry>(isEarlier);
    for (const job of inForce.jobs.values()) {
      const slot = idle(job.name) === undefined ? nextOf(job) : undefined;
      const entry = { job, next: slot ?? Infinity, order: built.size, out: slot === undefined };
      built.set(job.name, entry);
      if (!entry.out) ordered.push(entry);
    }
    [entries, heap] = [built, ordered];
  }

  function goOn(name: string, slot: Instant | undefined): void {
    const entry = entries.get(name);
    if (!entry) return;
    // In the heap twice, a job would fire twice, and the heap would lose its order.
    if (!entry.out) throw new Error(`the slot of ${name} was not taken`);
    entry.next = slot ?? Infinity;
    entry.out = slot === undefined;
    if (!entry.out) heap.push(entry);
  }

  function take(): Entry {
    const entry = heap.pop()!;
    entry.out = true;
    return entry;
  }

  const keep = ({ name }: Job) => finite(entries.get(name)?.next);
  const late = [...config.jobs.values()].flatMap((job) => {
    const past = pastOf(job);
    return past
      ? lateOf(job, past, { now: start, idle: idle(job.name), jobs: config.jobs.size })
      : [];
  });
  backlog.add(late);
  build((job) => job.schedule.next(Math.max(start, pastOf(job)?.after ?? start)));
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
      for (const { job, slot } of fired) goOn(job.name, job.schedule.next(slot));
    },
    takeLate: (most) => backlog.take(most),
    hold(name) {
      held.add(name);
      build(keep);
      return backlog.drop(idle);
    },
    release(name, now) {
      if (held.delete(name))
        build((job) => (job.name === name ? job.schedule.next(now) : keep(job)));
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
        if (!entry || entry.job.paused) return job.schedule.next(now);
        if (entry.job.scheduleKey !== job.scheduleKey) return job.schedule.next(settled);
        return finite(entry.next);
      });
      return backlog.drop(idle);
    },
  };
}

function finite(slot: Instant | undefined): Instant | undefined {
  return slot === Infinity ? undefined : slot;
}
