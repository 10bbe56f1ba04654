import type { ClockLink } from "../broker/broker.ts";
import type { Emit } from "../observe/events.ts";
import type { Nap } from "./nap.ts";
import type { Due, Missed, Plan } from "./plan.ts";
import { fireOf, type Outbound } from "./publish.ts";
import type { Instant, Time } from "./time.ts";

/** What leading works with. */
export interface LeadDeps {
  plan: Plan;
  outbound: Outbound;
  nap: Nap;
  time: Time;
  emit: Emit;
  stop: AbortSignal;
  /** The hash of the file in force. */
  hash(): string;
  /** A new file waits to be put in force. */
  hasChange(): boolean;
  /** Puts it in force: the old file has decided everything up to `now`. */
  change(now: Instant): void;
}

/** Waking this much later than planned means that the machine slept or its clock was set. ms. */
const JUMP_MS = 5000;
/** The wall clock is looked at this often even when nothing is due. ms. */
const LOOK_MS = 1000;

/**
 * Publishes every slot as it comes due, until the link is lost or `stop` is aborted. What is due at
 * the stop is published first; what could not be sent is back in the plan.
 */
export async function lead(link: ClockLink, deps: LeadDeps): Promise<void> {
  const { plan, outbound, nap, time, emit, stop } = deps;
  /** The broker took nothing for so long that it was as if nobody had been leading. */
  let stalled = false;

  /** Sends what the plan gave out; what could not be sent goes back. False when the link was lost. */
  async function publish(dues: readonly Due[], late: boolean): Promise<boolean> {
    let sent = 0;
    for (const due of dues) {
      const room = link.room();
      if (room) {
        const asked = time.now();
        await room;
        stalled ||= time.now() - asked > JUMP_MS;
      }
      if (link.isLost) break;
      outbound.send(link, fireOf(due, deps.hash(), late));
      sent++;
    }
    // Only now: the slots after them are worked out when everything that is due is on its way.
    plan.advance(dues.slice(0, sent));
    plan.putBack(dues.slice(sent));
    return sent === dues.length;
  }

  async function publishDue(now: Instant): Promise<void> {
    for (let due = plan.takeDue(now); due.length > 0; due = plan.takeDue(now)) {
      if (!(await publish(due, false))) return;
    }
  }

  /** For time that passed with nobody leading: an outage, a suspended machine, a clock set forward. */
  async function recover(now: Instant): Promise<void> {
    stalled = false;
    const { fires, missed } = plan.catchUp(now);
    reportMissed(missed, emit);
    await publish(fires, true);
  }

  await outbound.resend(link);
  if (link.isLost) return;
  let now = time.now();
  await recover(now);
  emit({ type: "clock.leading", jobs: plan.jobs, ...nextOf(plan.first()) });
  let planned = now;
  while (!link.isLost) {
    const before = now;
    now = time.now();
    const by = jump(before, planned, now);
    if (Math.abs(by) > JUMP_MS) emit({ type: "time.jumped", by });
    if (Math.abs(by) > JUMP_MS || stalled) await recover(now);
    await publishDue(now);
    if (deps.hasChange()) {
      now = time.now();
      await publishDue(now);
      if (link.isLost) return;
      deps.change(now);
    }
    if (stop.aborted) return;
    // Never in the past: being busy is not the same as having slept.
    const ready = time.now();
    planned = Math.max(ready, Math.min(plan.first()?.slot ?? Infinity, ready + LOOK_MS));
    await nap.until(planned);
  }
}

export function reportMissed(missed: readonly Missed[], emit: Emit): void {
  for (const slots of missed) emit({ type: "slots.missed", ...slots });
}

/** How far the wall clock is from where it should be: positive when it ran ahead, ms. */
function jump(before: Instant, planned: Instant, now: Instant): number {
  return now < before ? now - before : Math.max(0, now - planned);
}

function nextOf(due: Due | undefined): { nextJob: string; nextSlot: Instant } | undefined {
  return due && { nextJob: due.job.name, nextSlot: due.slot };
}
