import type { Emit } from "../observe/events.ts";
import type { LostRuns } from "./lost-runs.ts";
import type { Nap } from "./nap.ts";
import type { Due, Plan } from "./plan.ts";
import type { Progress } from "./progress.ts";
import type { Requests } from "./requests.ts";
import type { Sending } from "./sending.ts";
import type { Instant, Time } from "./time.ts";

/** What leading works with, from an election to the end of the link. */
export interface LeadDeps {
  plan: Plan;
  sending: Sending;
  progress: Progress;
  requests: Requests;
  lost: LostRuns;
  nap: Nap;
  time: Time;
  emit: Emit;
  stop: AbortSignal;
  /** The link is lost, another clock leads, or this one should not. */
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

/**
 * Publishes every slot as it comes due, and late work beside it, until leading is over or `stop` is
 * aborted. What is due at the stop is published first. True: time has passed as if nobody had led (a
 * suspended machine, a clock set forward, a broker that took nothing), so that this clock has to
 * take over anew.
 */
export async function lead(deps: LeadDeps): Promise<boolean> {
  const { sending, progress, requests, lost, nap, time, emit, stop, isOver } = deps;
  await sending.inDoubt();
  let now = time.now();
  let planned = now;
  let slept = 0;
  while (!isOver()) {
    const before = now;
    now = time.now();
    const by = slept || jump(before, planned, now);
    if (Math.abs(by) > JUMP_MS) emit({ type: "time.jumped", by });
    if (by > JUMP_MS || sending.stalled > JUMP_MS) return true;
    const measured = measure(now);
    await sending.all(requests.answer(now));
    await sending.all(lost.look(now));
    await sending.due(now);
    if (deps.hasChange() && !isOver()) await change(deps);
    if (stop.aborted || isOver()) return false;
    await sending.late();
    // What was taken and not sent must not be said to be done.
    if (isOver()) return false;
    const ready = time.now();
    progress.look(ready);
    deps.onRound();
    slept = measured(ready);
    planned = slept > 0 ? ready : wakeAt(deps, ready);
    await nap.until(planned);
  }
  return false;
}

async function change({ sending, requests, time, isOver, change }: LeadDeps): Promise<void> {
  const now = time.now();
  await sending.due(now);
  // What people have asked of the old names must not meet the new ones.
  await sending.all(requests.answer(now));
  if (!isOver()) change(now);
}

function wakeAt({ plan, sending, progress }: LeadDeps, ready: Instant): Instant {
  if (sending.hasLate()) return ready;
  const next = Math.min(plan.first()?.slot ?? Infinity, progress.due(ready), ready + LOOK_MS);
  // Never in the past: being busy is not the same as having slept.
  return Math.max(ready, next);
}

/** How far the wall clock is from where it should be: positive when it ran ahead, ms. */
function jump(before: Instant, planned: Instant, now: Instant): number {
  return now < before ? now - before : Math.max(0, now - planned);
}

/** The machine may also sleep, or its clock be set, while this is busy: gives by how much, or 0. ms. */
function measure(wall: Instant): (ready: Instant) => number {
  const real = performance.now();
  return (ready) => {
    const by = ready - wall - (performance.now() - real);
    return by > JUMP_MS ? by : 0;
  };
}

export function nextOf(due: Due | undefined): { nextJob: string; nextSlot: Instant } | undefined {
  return due && { nextJob: due.job.name, nextSlot: due.slot };
}
