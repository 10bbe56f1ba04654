import type { ClockLink } from "../broker/broker.ts";
import type { Fire } from "../ledger/fire.ts";
import type { Emit } from "../observe/events.ts";
import { fireOf, type Stamp } from "./fires.ts";
import type { Nap } from "./nap.ts";
import type { Outbound } from "./outbound.ts";
import type { Due, Plan } from "./plan.ts";
import type { Progress } from "./progress.ts";
import type { Requests } from "./requests.ts";
import type { Instant, Time } from "./time.ts";

/** What leading works with, from an election to the end of the link. */
export interface LeadDeps {
  link: ClockLink;
  plan: Plan;
  outbound: Outbound;
  progress: Progress;
  nap: Nap;
  time: Time;
  emit: Emit;
  stop: AbortSignal;
  stamp(): Stamp;
  /** Fires of earlier leaders that nobody knows to be confirmed. */
  inDoubt: readonly Fire[];
  /** What is late may have been fired all the same. */
  isUnsure: boolean;
  requests: Requests;
  /** Another clock leads, or this one should not. */
  isOver(): boolean;
  /** A new file waits to be put in force. */
  hasChange(): boolean;
  /** Puts it in force: the old file has decided everything up to `now`. */
  change(now: Instant): void;
  /** Called in every round. */
  onRound(): void;
}

/** Waking this much later than planned means that the machine slept or its clock was set. ms. */
const JUMP_MS = 5000;
/** The wall clock is looked at this often even when nothing is due. ms. */
const LOOK_MS = 1000;
/** Late work that is on its way at once: little enough that a slot in time does not wait for it. */
const LATE_AT_ONCE = 500;
const LATE_PART = 100;

/**
 * Publishes every slot as it comes due, and late work beside it, until the link is lost, leading is
 * over or `stop` is aborted. What is due at the stop is published first. True: time has passed as if
 * nobody had led (a suspended machine, a clock set forward, a broker that took nothing), so that
 * this clock has to take over anew.
 */
export async function lead(deps: LeadDeps): Promise<boolean> {
  const { link, plan, outbound, progress, nap, time, emit, stop, stamp } = deps;
  const isOver = () => link.isLost || deps.isOver();
  /** The broker took nothing for so long that it was as if nobody had been leading. */
  let stalled = false;

  async function send(fire: Fire): Promise<boolean> {
    const room = link.room();
    if (room) {
      const asked = time.now();
      await room;
      stalled ||= time.now() - asked > JUMP_MS;
    }
    if (isOver()) return false;
    outbound.send(fire);
    return true;
  }

  async function publishDue(now: Instant): Promise<void> {
    for (let due = plan.takeDue(now); due.length > 0; due = plan.takeDue(now)) {
      for (const { job, slot } of due) if (!(await send(fireOf(job, slot, stamp())))) return;
      // Only now: the slots after them are worked out when everything that is due is on its way.
      plan.advance(due);
    }
  }

  async function publishLate(): Promise<void> {
    if (outbound.openLate >= LATE_AT_ONCE) return;
    const cause = { catchUp: true, maybeDuplicate: deps.isUnsure };
    for (const item of plan.takeLate(LATE_PART)) {
      if ("missed" in item) outbound.miss({ job: item.job, ...item.missed });
      else if (!(await send(fireOf(plan.job(item.job)!, item.fire, stamp(), cause)))) return;
    }
  }

  async function answerRequests(now: Instant): Promise<void> {
    for (const fire of deps.requests.answer(now)) if (!(await send(fire))) return;
  }

  async function resend(): Promise<void> {
    if (deps.inDoubt.length > 0) emit({ type: "clock.resending", count: deps.inDoubt.length });
    const { epoch } = stamp();
    for (const fire of deps.inDoubt) {
      if (!(await send({ ...fire, epoch, maybeDuplicate: true }))) return;
    }
  }

  await resend();
  let now = time.now();
  let planned = now;
  let slept = 0;
  while (!isOver()) {
    const before = now;
    now = time.now();
    const by = jump(before, planned, now) || slept;
    if (Math.abs(by) > JUMP_MS) emit({ type: "time.jumped", by });
    if (by > JUMP_MS || stalled) return true;
    const round = { wall: now, real: performance.now() };
    await answerRequests(now);
    await publishDue(now);
    if (deps.hasChange() && !isOver()) {
      now = time.now();
      await publishDue(now);
      // What people have asked of the old names must not meet the new ones.
      await answerRequests(now);
      if (isOver()) return false;
      deps.change(now);
    }
    if (stop.aborted || isOver()) return false;
    await publishLate();
    // What was taken and not sent must not be said to be done.
    if (isOver()) return false;
    const ready = time.now();
    progress.look(ready);
    deps.onRound();
    // The machine may also sleep, or its clock be set, while this was busy.
    slept = ready - round.wall - (performance.now() - round.real);
    if (slept < JUMP_MS) slept = 0;
    planned = slept > 0 ? ready : wakeAt(ready);
    await nap.until(planned);
  }
  return false;

  function wakeAt(ready: Instant): Instant {
    if (plan.late > 0 && outbound.openLate < LATE_AT_ONCE) return ready;
    const next = Math.min(plan.first()?.slot ?? Infinity, progress.due(ready), ready + LOOK_MS);
    // Never in the past: being busy is not the same as having slept.
    return Math.max(ready, next);
  }
}

/** How far the wall clock is from where it should be: positive when it ran ahead, ms. */
function jump(before: Instant, planned: Instant, now: Instant): number {
  return now < before ? now - before : Math.max(0, now - planned);
}

export function nextOf(due: Due | undefined): { nextJob: string; nextSlot: Instant } | undefined {
  return due && { nextJob: due.job.name, nextSlot: due.slot };
}
