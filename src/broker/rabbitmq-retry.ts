import type { Channel } from "amqplib";
import type { Fire } from "../ledger/fire.ts";
import type { BrokerProblem, FireOutcome } from "./broker.ts";
import { refuseDelay, roundedDelay } from "./delay.ts";
import { type Connected, onScratchChannel } from "./rabbitmq-connect.ts";
import { declareBase } from "./rabbitmq-declare.ts";
import type { LinkOptions } from "./rabbitmq-ledger.ts";
import { inDoubt, NACK, type Pending, type Route, undeliverable } from "./rabbitmq-publisher.ts";
import { createSide } from "./rabbitmq-side.ts";
import type { Topology } from "./topology.ts";
import { encodeFire } from "./wire.ts";

/** Sends fires to their work queues once more, at once or later. */
export interface Retrying extends Pending {
  again(fire: Fire, delayMs: number): Promise<FireOutcome>;
}

/** The header by which a message finds the queue where it waits. */
const DELAY = "x-clockd-delay";
/** How long a queue stays after its last message could have gone. ms. */
const KEPT_MS = 7 * 86_400_000;
/** Between two tries, when the broker said no. ms. */
const FIRST_WAIT_MS = 50;
const LAST_WAIT_MS = 1000;
/** It is declared again long before it could go. ms. */
const DECLARED_FOR_MS = 3_600_000;

/**
 * A message waits in the queue of its delay, whose messages all wait for the same time: a time to live
 * of its own would hold it up behind others. When the time is over RabbitMQ itself passes it on to the
 * work queue, and has it there before it leaves the queue where it waited.
 */
export function createRetrying(
  connected: Connected,
  { topology, learned, now }: LinkOptions,
): Retrying {
  /** What came of declaring each queue, and until when that holds, ms of `performance.now()`. */
  const declared = new Map<number, { answer: ReturnType<typeof declare>; until: number }>();
  const side = createSide(connected, learned, () => declared.clear());
  let open = 0;

  const declare = (delay: number): Promise<BrokerProblem | undefined> =>
    onScratchChannel(connected, (channel) => assertRetryQueue(channel, topology, delay));

  /** Once for all who want the same: a queue that is being made refuses messages. */
  async function ready(delay: number): Promise<BrokerProblem | undefined> {
    const known = declared.get(delay);
    if (known && known.until > performance.now()) return known.answer;
    const answer = declare(delay);
    declared.set(delay, { answer, until: performance.now() + DECLARED_FOR_MS });
    const failure = await answer;
    if (failure) declared.delete(delay);
    return failure;
  }

  /** A queue that another process has made in this moment refuses messages too. */
  async function send(fire: Fire, queue: string, delay: number): Promise<FireOutcome> {
    for (let wait = FIRST_WAIT_MS; ; wait *= 2) {
      const outcome = await sendOnce(fire, queue, delay);
      const isNack = outcome.kind === "in-doubt" && outcome.problem.code === NACK;
      if (!isNack || wait > LAST_WAIT_MS) return outcome;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  async function sendOnce(fire: Fire, queue: string, delay: number): Promise<FireOutcome> {
    const failure = delay > 0 ? await ready(delay) : undefined;
    if (failure) return outcomeOf(failure);
    const message = encodeFire(fire, now());
    if (delay > 0) message.properties.headers[DELAY] = delay;
    const exchange = delay > 0 ? topology.retry : topology.workExchange;
    const route: Route = { exchange, key: topology.workKey(queue) };
    const { outcome, refusal } = await side.publish(message, route);
    const isGone = /no exchange '/.test(refusal ?? "");
    return isGone ? undeliverable("BROKER_UNROUTABLE", refusal as string) : outcome;
  }

  async function again(fire: Fire, delayMs: number): Promise<FireOutcome> {
    if (fire.target.kind !== "run") throw new Error("only a fire for a worker is sent again");
    const refused = refuseDelay(delayMs);
    if (refused) return refused;
    const { queue } = fire.target;
    const delay = roundedDelay(delayMs);
    const outcome = await send(fire, queue, delay);
    if (outcome.kind !== "undeliverable" || outcome.problem.code !== "BROKER_UNROUTABLE") {
      return outcome;
    }
    // Somebody deleted what was there: it is nowhere, and goes once everything is made again.
    declared.clear();
    const failure = await declareBase(connected, topology);
    return failure ? outcomeOf(failure) : send(fire, queue, delay);
  }

  return {
    async again(fire, delayMs) {
      open++;
      try {
        return await again(fire, delayMs);
      } finally {
        open--;
      }
    },
    get open() {
      return open;
    },
    get oldest() {
      return side.oldest;
    },
    abandon: side.abandon,
  };
}

/** It goes when nobody has declared it for long; never before its last message has gone. */
async function assertRetryQueue(channel: Channel, topology: Topology, delay: number) {
  const name = topology.retryQueue(delay);
  await channel.assertQueue(name, {
    durable: true,
    arguments: {
      "x-queue-type": "quorum",
      "x-message-ttl": delay,
      "x-expires": delay + KEPT_MS,
      "x-dead-letter-exchange": topology.workExchange,
      // What was passed on is confirmed before it leaves. It needs the other two.
      "x-dead-letter-strategy": "at-least-once",
      "x-overflow": "reject-publish",
    },
  });
  await channel.bindQueue(name, topology.retry, "", { "x-match": "all-with-x", [DELAY]: delay });
  return undefined;
}

function outcomeOf(failure: BrokerProblem): FireOutcome {
  const isRefusal = failure.code === "BROKER_REFUSED";
  return isRefusal ? { kind: "undeliverable", problem: failure } : inDoubt(failure.message);
}
