import type { Fire } from "../ledger/fire.ts";
import { type BrokerProblem, type ClockLink, type FireOutcome, isBrokerProblem } from "./broker.ts";
import { pollUntil } from "./deadline.ts";
import { watchConfirms } from "./rabbitmq-confirms.ts";
import {
  assertBase,
  assertQueue,
  type Connected,
  drop,
  onScratchChannel,
  orLost,
  tie,
} from "./rabbitmq-connect.ts";
import { createPublisher, inDoubt, type Learned } from "./rabbitmq-fires.ts";
import { createForeign } from "./rabbitmq-foreign.ts";
import type { Topology } from "./topology.ts";

/** Fires without an answer at once: enough to keep the broker busy, few enough to be held. */
const WINDOW = 2000;

/** The broker's memory or disk alarm, which holds publishers up. */
export type Blocking = { type: "broker.blocked"; reason: string } | { type: "broker.unblocked" };

/** What every link of one broker has in common. */
export interface ClockLinkOptions {
  topology: Topology;
  learned: Learned;
  /** Stamps messages, ms UTC. */
  now: () => number;
  told: (event: Blocking) => void;
}

/** Makes a clock's link of a connection. */
export async function openClockLink(
  connected: Connected,
  queues: Iterable<string>,
  { topology, learned, now, told }: ClockLinkOptions,
): Promise<ClockLink | BrokerProblem> {
  const { model, lost } = connected;
  const work = createQueues(connected, topology);
  const failure = await onScratchChannel(connected, (channel) => assertBase(channel, topology));
  if (failure) return failure;
  const silent = await work.ensure(queues);
  if (silent && silent.code !== "BROKER_REFUSED") return silent;
  const opened = await orLost(connected, model.createConfirmChannel());
  if (isBrokerProblem(opened)) return opened;
  const publisher = createPublisher(tie(opened, connected), learned);
  const foreign = createForeign(connected, learned);
  const open = () => publisher.open + foreign.open;
  const oldest = () => Math.min(publisher.oldest, foreign.oldest);
  const waiting = createWaiting();
  const stopWatching = watchConfirms(connected, oldest, told);
  let closed = false;
  const isLost = () => closed || connected.isLost();
  void lost.then(() => {
    stopWatching();
    waiting.release();
  });

  async function toWorker(fire: Fire, queue: string): Promise<FireOutcome> {
    // Sent in this very turn when all is well, so that it counts at once as open.
    if (work.isRefused(queue)) {
      const problem = await work.ensure([queue]);
      if (problem) return problem.code === "BROKER_REFUSED" ? refused(problem) : doubtful(problem);
    }
    const route = { exchange: topology.exchange, key: topology.workKey(queue) };
    const outcome = await publisher.publish(fire, route, now());
    if (outcome.kind !== "undeliverable" || outcome.problem.code !== "BROKER_UNROUTABLE") {
      return outcome;
    }
    // Somebody deleted the queue. The fire is nowhere, so to send it again cannot double it.
    const problem = await work.ensure([queue]);
    if (problem) return refused(problem);
    return publisher.publish(fire, route, now());
  }

  return {
    async fire(fire) {
      if (isLost()) return inDoubt("the link is closed");
      const { target } = fire;
      const outcome = await (target.kind === "run"
        ? toWorker(fire, target.queue)
        : foreign.publish(fire, target, now()));
      if (open() < WINDOW) waiting.release();
      return outcome;
    },
    room: () => (isLost() || open() < WINDOW ? undefined : waiting.wait()),
    ensureQueues: work.ensure,
    lost,
    get isLost() {
      return isLost();
    },
    async close(deadlineMs) {
      closed = true;
      waiting.release();
      await pollUntil(() => open() === 0 || connected.isLost(), deadlineMs);
      stopWatching();
      connected.closing();
      await drop(model);
    },
  };
}

/**
 * Work queues, and what is wrong with which. One that exists with other arguments is no reason to
 * hold up the jobs of the others; it is asked for again with each of its fires.
 */
function createQueues(connected: Connected, topology: Topology) {
  const refused = new Set<string>();
  const ensureOne = async (queue: string) => {
    const problem = await onScratchChannel(connected, (channel) =>
      assertQueue(channel, topology, queue),
    );
    if (problem) refused.add(queue);
    else refused.delete(queue);
    return problem;
  };
  return {
    /** All of them; the first problem. */
    async ensure(queues: Iterable<string>): Promise<BrokerProblem | undefined> {
      let first: BrokerProblem | undefined;
      for (const queue of new Set(queues)) first ??= await ensureOne(queue);
      return first;
    },
    isRefused: (queue: string) => refused.has(queue),
  };
}

function refused(problem: BrokerProblem): FireOutcome {
  return { kind: "undeliverable", problem };
}

function doubtful(problem: BrokerProblem): FireOutcome {
  return { kind: "in-doubt", problem };
}

/** People waiting for room. */
function createWaiting() {
  let next = Promise.withResolvers<void>();
  return {
    wait: () => next.promise,
    release() {
      next.resolve();
      next = Promise.withResolvers<void>();
    },
  };
}
