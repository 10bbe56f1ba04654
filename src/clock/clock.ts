import {
  type Broker,
  type BrokerProblem,
  type ClockLink,
  isBrokerProblem,
} from "../broker/broker.ts";
import { keepConnected } from "../broker/connect.ts";
import type { Config } from "../config/config.ts";
import { queuesOf } from "../config/queues.ts";
import type { Pace } from "../ledger/pace.ts";
import type { Emit } from "../observe/events.ts";
import { followLedger } from "./follower.ts";
import { createNap } from "./nap.ts";
import { markEpoch, standBy } from "./standby.ts";
import { serveTerm } from "./term.ts";
import type { Time } from "./time.ts";

export interface ClockDeps {
  broker: Broker;
  config: Config;
  /** What this clock is called in the ledger: host and pid. */
  name: string;
  time: Time;
  emit: Emit;
  /** 0 to 1, as Math.random: spreads the attempts to connect. */
  random: () => number;
  pace: Pace;
}

export interface Clock {
  /**
   * Stands by until it is elected; then publishes every slot as it comes due, until `stop` is aborted
   * or another clock leads. At the stop it fires what is due, waits for open confirms and resigns.
   * Whatever happens to the broker, it goes on.
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
/** Longer on the way, a marker is of the past: slots after it would pass for being in time. ms. */
const STALE_MS = 5000;
/** A broker that always takes longer is led all the same. */
const MOST_STALE = 2;

export function createClock(deps: ClockDeps): Clock {
  const { broker, name, time, emit, random, pace } = deps;
  let config = deps.config;
  const nap = createNap(time);
  let link: ClockLink | undefined;
  let leading = false;
  /** The newest snapshot stands for a place that the ledger does not have. */
  let readWhole = false;
  /** A file that waits for the clock to be between two instants. */
  let waiting: { config: Config; done: () => void } | undefined;

  function takeChange(): Config {
    if (waiting) {
      config = waiting.config;
      waiting.done();
      waiting = undefined;
    }
    return config;
  }

  /** Follows the ledger, stands by, leads. */
  async function serve(open: ClockLink, stop: AbortSignal): Promise<BrokerProblem | undefined> {
    const follower = await followLedger(open, emit, readWhole);
    if (isBrokerProblem(follower)) return follower;
    const standby = { link: open, follower, clock: name, time, emit, stop };
    if (!(await standBy(standby))) return undefined;
    const file = { config: () => config, hasChange: () => waiting !== undefined, takeChange };
    let stale = 0;
    for (let again = true; again; ) {
      // Asked now, since it may take as long as the marker.
      const asked = open.isUnbroken();
      const marked = await markEpoch(standby, config.hash);
      const isUnbroken = await asked;
      if ("code" in marked) {
        readWhole = marked.code === "LEDGER_SHORT";
        return marked as BrokerProblem;
      }
      readWhole = false;
      // A long ledger to read, or a broker that took nothing: slots have become late meanwhile.
      if (time.now() - marked.since > STALE_MS && stale++ < MOST_STALE) continue;
      stale = 0;
      leading = true;
      again = await serveTerm({ ...standby, ...file, ...marked, isUnbroken, nap, pace });
      leading = false;
    }
    return undefined;
  }

  async function hold(open: ClockLink, stop: AbortSignal): Promise<void> {
    void open.lost.then(nap.wake);
    link = open;
    const problem = await serve(open, stop);
    link = undefined;
    // A file that came in the last moment need not wait for the next link.
    takeChange();
    if (problem && !open.isLost) {
      const { code, message } = problem;
      emit({ type: "broker.lost", place: broker.place, code, reason: message });
    }
    await open.close(stop.aborted ? CLOSE_MS : 0);
  }

  return {
    async run(stop) {
      let hurry: NodeJS.Timeout | undefined;
      const ending = () => {
        nap.wake();
        // A broker that takes nothing more must not hold the end up.
        hurry = setTimeout(() => void link?.close(0), CLOSE_MS);
      };
      stop.addEventListener("abort", ending, { once: true });
      const open = () => broker.openClock(queuesOf(config));
      const connecting = { place: broker.place, time, emit, random, stop };
      await keepConnected(open, (opened) => hold(opened, stop), connecting);
      clearTimeout(hurry);
    },
    async reload(next) {
      const problem = await link?.ensureQueues(queuesOf(next));
      // Silence is no refusal: the queues are made when the broker is back.
      if (problem?.code === "BROKER_REFUSED") return problem;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = { config: next, done: resolve };
      if (leading) nap.wake();
      else takeChange();
      await promise;
      return undefined;
    },
  };
}
