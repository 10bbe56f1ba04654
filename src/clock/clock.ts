import type { Broker, BrokerProblem, ClockLink } from "../broker/broker.ts";
import { keepConnected } from "../broker/connect.ts";
import type { Config } from "../config/config.ts";
import { queuesOf } from "../config/queues.ts";
import type { Emit } from "../observe/events.ts";
import { lead, reportMissed } from "./lead.ts";
import { createNap } from "./nap.ts";
import { createPlan } from "./plan.ts";
import { createOutbound } from "./publish.ts";
import type { Instant, Time } from "./time.ts";

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

/** The longest wait for open confirms at the end. ms. */
const CLOSE_MS = 5000;

export function createClock(deps: ClockDeps): Clock {
  const { broker, time, emit, random } = deps;
  let config = deps.config;
  const plan = createPlan(config, time.now());
  const outbound = createOutbound({ time, emit });
  const nap = createNap(time);
  let leading: ClockLink | undefined;
  /** A file that waits for the clock to be between two instants. */
  let waiting: { config: Config; done: () => void } | undefined;

  function change(now: Instant): void {
    if (!waiting) return;
    const { config: next, done } = waiting;
    waiting = undefined;
    reportMissed(plan.reload(next, now), emit);
    config = next;
    done();
  }

  async function hold(link: ClockLink, stop: AbortSignal): Promise<void> {
    void link.lost.then(nap.wake);
    leading = link;
    const { hash, hasChange } = { hash: () => config.hash, hasChange: () => waiting !== undefined };
    await lead(link, { plan, outbound, nap, time, emit, stop, hash, hasChange, change });
    leading = undefined;
    // A file that came in the last moment need not wait for the next link.
    change(time.now());
    if (stop.aborted) await link.close(CLOSE_MS);
  }

  /** What is not sure at the end is said, never silently dropped. */
  function reportUnfinished(): void {
    for (const [id, { job, attempt }] of outbound.unanswered) {
      const reason = "the clock ended before the broker answered";
      emit({
        type: "fire.abandoned",
        job,
        fire: id,
        attempt,
        code: "BROKER_NO_CONFIRM",
        reason,
      });
    }
    const reason = "the clock ended with the broker away";
    const { fires, missed } = plan.catchUp(time.now());
    const unsent = fires.map(({ job: { name: job }, slot }) => ({ job, slot }));
    reportMissed(missed, emit);
    reportMissed(
      unsent.map(({ job, slot }) => ({ job, count: 1, first: slot, last: slot, reason })),
      emit,
    );
  }

  return {
    async run(stop) {
      let hurry: NodeJS.Timeout | undefined;
      const ending = () => {
        nap.wake();
        // A broker that takes nothing more must not hold the end up.
        hurry = setTimeout(() => void leading?.close(0), CLOSE_MS);
      };
      stop.addEventListener("abort", ending, { once: true });
      const open = () => broker.openClock(queuesOf(config));
      const connecting = { place: broker.place, time, emit, random, stop };
      await keepConnected(open, (link) => hold(link, stop), connecting);
      clearTimeout(hurry);
      reportUnfinished();
    },
    async reload(next) {
      const problem = await leading?.ensureQueues(queuesOf(next));
      // Silence is no refusal: the queues are made when the broker is back.
      if (problem?.code === "BROKER_REFUSED") return problem;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = { config: next, done: resolve };
      if (leading) nap.wake();
      else change(time.now());
      await promise;
      return undefined;
    },
  };
}
