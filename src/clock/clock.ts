import type { Broker, BrokerProblem, ClockLink } from "../broker/broker.ts";
import { keepConnected } from "../broker/connect.ts";
import type { Config } from "../config/config.ts";
import type { Emit } from "../observe/events.ts";
import type { Instant } from "../schedule/schedule.ts";
import { createPlan, type Due, type Missed } from "./plan.ts";
import { createOutbound, fireOf } from "./publish.ts";
import type { Time } from "./time.ts";

export interface ClockDeps {
  broker: Broker;
  config: Config;
  time: Time;
  emit: Emit;
  /** 0 to 1, as Math.random: spreads the attempts to connect. */
  random: () => number;
}

export interface Clock {
  /**
   * Publishes every slot as it comes due until `stop` is aborted; then fires what is due, waits for
   * open confirms and ends. Whatever happens to the broker, it goes on.
   */
  run(stop: AbortSignal): Promise<void>;
  /**
   * Swaps in another file. Everything that can fail happens first: with a problem the old file
   * stays in force. Call it again only after it has resolved.
   */
  reload(config: Config): Promise<BrokerProblem | undefined>;
}

/** Waking this much later than planned means that the machine slept or its clock was set. ms. */
const JUMP_MS = 5000;
/** The wall clock is looked at this often even when nothing is due. ms. */
const LOOK_MS = 1000;
/** The longest wait for open confirms at the end. ms. */
const CLOSE_MS = 5000;

export function createClock(deps: ClockDeps): Clock {
  const { broker, time, emit, random } = deps;
  let config = deps.config;
  const plan = createPlan(config, time.now());
  const outbound = createOutbound({ time, emit });
  /** A file that waits for the loop to be between two instants. */
  let waiting: { config: Config; done: () => void } | undefined;
  let leading: ClockLink | undefined;
  let wake = () => {};
  /** The broker took nothing for so long that it was as if nobody had been leading. */
  let stalled = false;

  const report = (missed: readonly Missed[]) => {
    for (const slots of missed) emit({ type: "slots.missed", ...slots });
  };

  function swap(next: Config, now: Instant): void {
    report(plan.reload(next, now));
    config = next;
  }

  /** False when the link was lost first; what was not sent is back in the plan. */
  async function publish(link: ClockLink, dues: readonly Due[], late: boolean): Promise<boolean> {
    for (const [index, due] of dues.entries()) {
      const room = link.room();
      if (room) {
        const asked = time.now();
        await room;
        stalled ||= time.now() - asked > JUMP_MS;
      }
      if (link.isLost) {
        plan.putBack(dues.slice(index));
        return false;
      }
      outbound.send(link, fireOf(due, config.hash, late));
    }
    return true;
  }

  /** Publishes everything that is due first, and works out the slots after it then. */
  async function publishDue(link: ClockLink, now: Instant): Promise<void> {
    for (let due = plan.takeDue(now); due.length > 0; due = plan.takeDue(now)) {
      if (!(await publish(link, due, false))) return;
      plan.advance(due);
    }
  }

  /** For time that passed with nobody leading: an outage, a suspended machine, a clock set forward. */
  async function recover(link: ClockLink, now: Instant): Promise<void> {
    stalled = false;
    const { fires, missed } = plan.catchUp(now);
    report(missed);
    await publish(link, fires, true);
  }

  async function lead(link: ClockLink, stop: AbortSignal): Promise<void> {
    await outbound.resend(link);
    let now = time.now();
    await recover(link, now);
    emit({ type: "clock.leading", jobs: plan.jobs, ...nextOf(plan.first()) });
    let planned = now;
    while (!link.isLost) {
      const before = now;
      now = time.now();
      const by = jump(before, planned, now);
      if (Math.abs(by) > JUMP_MS) emit({ type: "time.jumped", by });
      if (Math.abs(by) > JUMP_MS || stalled) await recover(link, now);
      await publishDue(link, now);
      if (waiting) {
        // The old file decides up to this instant, the new one from it on.
        now = time.now();
        await publishDue(link, now);
        if (link.isLost) return;
        swap(waiting.config, now);
        waiting.done();
      }
      if (stop.aborted) return;
      // Never in the past: being busy is not the same as having slept.
      const ready = time.now();
      planned = Math.max(ready, Math.min(plan.first()?.slot ?? Infinity, ready + LOOK_MS));
      await nap(planned);
    }
  }

  /** Leads with a link until it is lost or the clock shall end. */
  async function hold(link: ClockLink, stop: AbortSignal): Promise<void> {
    void link.lost.then(() => wake());
    leading = link;
    await lead(link, stop);
    leading = undefined;
    // A file that came in the last moment need not wait for the next link.
    swapNow();
    if (stop.aborted) await link.close(CLOSE_MS);
  }

  async function nap(until: Instant): Promise<void> {
    const waking = new AbortController();
    wake = () => waking.abort();
    if (!waiting) await time.sleepUntil(until, waking.signal);
    wake = () => {};
  }

  async function run(stop: AbortSignal): Promise<void> {
    let hurry: NodeJS.Timeout | undefined;
    const ending = () => {
      wake();
      // A broker that takes nothing more must not hold the end up.
      hurry = setTimeout(() => void leading?.close(0), CLOSE_MS);
    };
    stop.addEventListener("abort", ending, { once: true });
    const open = () => broker.openClock(queuesOf(config));
    const deps = { place: broker.place, time, emit, random, stop };
    await keepConnected(open, (link) => hold(link, stop), deps);
    clearTimeout(hurry);
    reportUnfinished();
  }

  /** What is not sure at the end is said, never silently dropped. */
  function reportUnfinished(): void {
    for (const [id, { job }] of outbound.unanswered) {
      const reason = "the clock ended before the broker answered";
      emit({ type: "fire.abandoned", job, fire: id, code: "BROKER_NO_CONFIRM", reason });
    }
    const reason = "the clock ended with the broker away";
    const { fires, missed } = plan.catchUp(time.now());
    report(missed);
    report(
      fires.map(({ job, slot }) => ({ job: job.name, count: 1, first: slot, last: slot, reason })),
    );
  }

  function swapNow(): void {
    if (!waiting) return;
    swap(waiting.config, time.now());
    waiting.done();
  }

  return {
    run,
    async reload(next) {
      const problem = await leading?.ensureQueues(queuesOf(next));
      if (problem && leading && !leading.isLost) return problem;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = {
        config: next,
        done: () => {
          waiting = undefined;
          resolve();
        },
      };
      if (leading) wake();
      else swapNow();
      await promise;
      return undefined;
    },
  };
}

/** How far the wall clock is from where it should be: positive when it ran ahead, ms. */
function jump(before: Instant, planned: Instant, now: Instant): number {
  return now < before ? now - before : Math.max(0, now - planned);
}

function nextOf(due: Due | undefined): { nextJob: string; nextSlot: Instant } | undefined {
  return due && { nextJob: due.job.name, nextSlot: due.slot };
}

function* queuesOf(config: Config): Iterable<string> {
  for (const { task } of config.jobs.values()) if (task.kind === "run") yield task.queue;
}
