import type { Channel, Options } from "amqplib";
import type { BrokerProblem } from "./broker.ts";
import { type Connected, onScratchChannel, problem } from "./rabbitmq-connect.ts";
import type { Topology } from "./topology.ts";

const WORK_KEYS = "work.#";
const QUORUM = { "x-queue-type": "quorum" };

/**
 * Read by one at a time, who gives back what he has read: that must never count as a failure to deliver
 * (RabbitMQ 4.x drops a message after 20 of those unless it is told otherwise).
 */
const DEAD = {
  ...QUORUM,
  "x-single-active-consumer": true,
  "x-delivery-limit": 1_000_000_000,
};

/**
 * The ledger is kept for longer than the longest `catch_up.within`. A segment is the least that
 * RabbitMQ removes at once.
 */
const LEDGER = {
  "x-queue-type": "stream",
  "x-max-age": "32D",
  "x-max-length-bytes": 1024 ** 3,
  "x-stream-max-segment-size-bytes": 64_000_000,
};

const SNAPSHOTS = {
  "x-queue-type": "stream",
  "x-max-length-bytes": 200_000_000,
  "x-stream-max-segment-size-bytes": 20_000_000,
};

/** Makes everything ready but the work queues and the leader's token. All of it is durable. */
export async function declareBase(
  connected: Connected,
  topology: Topology,
): Promise<BrokerProblem | undefined> {
  const { ledger, snapshots } = topology;
  const missing = await onScratchChannel(connected, async (channel) => {
    await channel.checkQueue(ledger);
    return undefined;
  });
  // Snapshots of a ledger that somebody deleted say nothing of the next one.
  if (isGone(missing)) {
    const failure = await onScratchChannel(connected, async (channel) => {
      await channel.deleteQueue(snapshots);
      return undefined;
    });
    if (failure) return failure;
  }
  return onScratchChannel(connected, (channel) => assertBase(channel, topology));
}

/** How long fires may go to the ledger alone when somebody deletes an exchange. ms. */
const LOOK_MS = 5000;

/**
 * Looks now and then whether the exchanges between fires and work queues are still there: without
 * them a fire is in the ledger alone, and confirmed. Ends the link when one is gone: the next one
 * makes it again.
 */
export function watchExchanges(
  connected: Connected,
  { exchange, workExchange, unrouted }: Topology,
): void {
  const look = async () => {
    const missing = await onScratchChannel(connected, async (channel) => {
      await channel.checkExchange(workExchange);
      await channel.checkExchange(unrouted);
      await channel.bindExchange(workExchange, exchange, WORK_KEYS);
      return undefined;
    });
    if (missing?.code !== "BROKER_REFUSED" || !/no exchange '/.test(missing.message)) return;
    const reason = `somebody deleted an exchange (${missing.message}): fires of the last ${LOOK_MS / 1000} s may be in the ledger alone`;
    connected.lose(problem("BROKER_EXCHANGE_GONE", reason));
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  timer.unref();
  void connected.lost.then(() => clearInterval(timer));
  connected.model.on("close", () => clearInterval(timer));
}

/** For readers, who make nothing: is there a ledger? */
export async function findBase(
  connected: Connected,
  { exchange, ledger }: Topology,
): Promise<BrokerProblem | undefined> {
  const missing = await onScratchChannel(connected, async (channel) => {
    await channel.checkQueue(ledger);
    return undefined;
  });
  if (!isGone(missing)) return missing;
  const reason = `there is no ledger for the namespace "${exchange}": no clock has run with it here`;
  return problem("BROKER_NO_LEDGER", reason);
}

/** One that is down for now is "not found" too, in other words. */
function isGone(answer: BrokerProblem | undefined): boolean {
  return /no queue '/.test(answer?.message ?? "");
}

async function assertBase(channel: Channel, topology: Topology): Promise<undefined> {
  const { exchange, workExchange, unrouted, dead, ledger, snapshots } = topology;
  await channel.assertQueue(dead, { durable: true, arguments: DEAD });
  await channel.assertExchange(unrouted, "fanout", { durable: true });
  await channel.assertQueue(unrouted, { durable: true, arguments: QUORUM });
  await channel.bindQueue(unrouted, unrouted, "");
  await channel.assertExchange(exchange, "topic", { durable: true });
  await channel.assertQueue(ledger, { durable: true, arguments: LEDGER });
  for (const keys of ["ledger.#", WORK_KEYS]) await channel.bindQueue(ledger, exchange, keys);
  // A fire whose work queue is gone would be confirmed, for the ledger has it. So the work queues
  // are behind an exchange of their own that puts aside what it cannot route.
  const options = { durable: true, alternateExchange: unrouted };
  await channel.assertExchange(workExchange, "topic", options);
  await channel.bindExchange(workExchange, exchange, WORK_KEYS);
  await channel.assertQueue(snapshots, { durable: true, arguments: SNAPSHOTS });
}

/**
 * Makes one work queue ready. A message that RabbitMQ itself gives up on (4.x does after 20
 * deliveries) goes to the dead letters.
 */
export async function assertQueue(
  channel: Channel,
  topology: Topology,
  queue: string,
): Promise<undefined> {
  const name = topology.workQueue(queue);
  await channel.assertQueue(name, workQueueOptions(topology));
  await channel.bindQueue(name, topology.workExchange, topology.workKey(queue));
}

/** What every work queue is made with: one that exists with something else is refused. */
export function workQueueOptions({ dead }: Topology): Options.AssertQueue {
  return {
    durable: true,
    deadLetterExchange: "",
    deadLetterRoutingKey: dead,
    // What RabbitMQ moves itself is confirmed there before it leaves. It needs the other one.
    arguments: {
      ...QUORUM,
      "x-dead-letter-strategy": "at-least-once",
      "x-overflow": "reject-publish",
    },
  };
}
