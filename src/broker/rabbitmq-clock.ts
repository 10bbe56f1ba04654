import type { Fire } from "../ledger/fire.ts";
import type { BrokerProblem, ClockLink, FireOutcome } from "./broker.ts";
import {
  assertTopology,
  type Connected,
  drop,
  onScratchChannel,
  problem,
  tie,
} from "./rabbitmq-connect.ts";
import { createPublisher } from "./rabbitmq-fires.ts";
import { createForeign } from "./rabbitmq-foreign.ts";
import type { Topology } from "./topology.ts";

/** Fires without an answer at once: enough to keep the broker busy, few enough to be held. */
const WINDOW = 2000;
/** A frozen broker answers nothing and says nothing. ms. */
const CONFIRM_TIMEOUT_MS = 30_000;

/** The broker's memory or disk alarm, which holds publishers up. */
export type Blocking = { type: "broker.blocked"; reason: string } | { type: "broker.unblocked" };

/** Makes a clock's link of a connection. `now` stamps messages, ms UTC. */
export async function openClockLink(
  connected: Connected,
  topology: Topology,
  queues: Iterable<string>,
  now: () => number,
  told: (event: Blocking) => void,
): Promise<ClockLink | BrokerProblem> {
  const { model, lost, lose } = connected;
  const ensureQueues = async (names: Iterable<string>) =>
    onScratchChannel(model, (channel) =>
      assertTopology(channel, topology, names).then(() => undefined),
    );
  const failure = await ensureQueues(queues);
  if (failure) return failure;
  const publisher = createPublisher(tie(await model.createConfirmChannel(), connected));
  const foreign = createForeign(connected);
  const open = () => publisher.open + foreign.open;
  const waiting = createWaiting();
  const lastAnswer = () => Math.max(publisher.lastAnswer, foreign.lastAnswer);
  const watchdog = watchConfirms(connected, { open, lastAnswer, told });
  let unavailable = false;
  void lost.then(() => {
    unavailable = true;
    clearInterval(watchdog);
    waiting.release();
  });

  async function toWorker(fire: Fire, queue: string): Promise<FireOutcome> {
    const route = { exchange: topology.exchange, key: topology.workKey(queue) };
    const outcome = await publisher.publish(fire, route, now());
    if (outcome.kind !== "undeliverable") return outcome;
    // Somebody deleted the queue. The fire is nowhere, so to send it again cannot double it.
    const refusal = await ensureQueues([queue]);
    return refusal
      ? { kind: "undeliverable", problem: refusal }
      : publisher.publish(fire, route, now());
  }

  return {
    async fire(fire) {
      if (unavailable) return inDoubt("the link is closed");
      const { target } = fire;
      const outcome = await (target.kind === "run"
        ? toWorker(fire, target.queue)
        : foreign.publish(fire, target, now()));
      // The broker said no, and may have done it all the same: doubt ends the link.
      if (outcome.kind === "in-doubt" && outcome.problem.message === "message nacked") {
        lose(problem("BROKER_NACK", "the broker could not take a message"));
      }
      if (open() < WINDOW) waiting.release();
      return outcome;
    },
    room: () => (unavailable || open() < WINDOW ? undefined : waiting.wait()),
    ensureQueues,
    lost,
    get isLost() {
      return unavailable;
    },
    async close(deadlineMs) {
      unavailable = true;
      waiting.release();
      await settled(() => open() === 0 || connected.isLost(), deadlineMs);
      clearInterval(watchdog);
      connected.closing();
      await drop(model);
    },
  };
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

/**
 * While the broker blocks its publishers (memory or disk alarm) it is alive and says so, and waiting
 * doubles nothing. Otherwise silence for too long means that it is frozen.
 */
function watchConfirms(
  { model, lose }: Connected,
  {
    open,
    lastAnswer,
    told,
  }: {
    open: () => number;
    lastAnswer: () => number;
    told: (event: Blocking) => void;
  },
) {
  let blocked = false;
  let unblockedAt = 0;
  model.on("blocked", (reason) => {
    blocked = true;
    told({ type: "broker.blocked", reason });
  });
  model.on("unblocked", () => {
    blocked = false;
    unblockedAt = performance.now();
    told({ type: "broker.unblocked" });
  });
  return setInterval(() => {
    const silent = performance.now() - Math.max(lastAnswer(), unblockedAt);
    if (blocked || open() === 0 || silent < CONFIRM_TIMEOUT_MS) return;
    lose(problem("BROKER_NO_CONFIRM", `no confirm for ${CONFIRM_TIMEOUT_MS / 1000} s`));
  }, 1000);
}

function inDoubt(reason: string): FireOutcome {
  return { kind: "in-doubt", problem: problem("BROKER_NO_CONFIRM", reason) };
}

async function settled(condition: () => boolean, deadlineMs: number): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!condition() && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
