import { randomUUID } from "node:crypto";
import type { ConfirmChannel, ConsumeMessage } from "amqplib";
import { type BrokerProblem, isBrokerProblem } from "./broker.ts";
import { withDeadline } from "./deadline.ts";
import { acknowledge } from "./rabbitmq-ack.ts";
import { type Connected, onScratchChannel, orLost, problem } from "./rabbitmq-connect.ts";
import type { Topology } from "./topology.ts";

/** The messages that the dead letters had when it began, oldest first. Others see them after `release`. */
export interface Hold {
  messages: ConsumeMessage[];
  channel: ConfirmChannel;
  /** What was not acknowledged is as it was before. */
  release(): Promise<void>;
}

/** Somebody else holds them, or the broker is silent, when nothing comes for so long. ms. */
const PATIENCE_MS = 10_000;
/** What a reader that died has left of its marker is nobody's. ms. */
const STALE_MS = 600_000;
const MARK = "mark";
/** RabbitMQ gives no more to anybody at once (65535). */
const MOST = 60_000;

/**
 * Takes hold of all dead letters. The queue gives its messages to one consumer at a time, the next one
 * has them when this one has gone, and it counts no deliveries: reading loses none. A message of our own
 * at the end says that we have all.
 */
export async function holdDead(
  connected: Connected,
  { dead }: Topology,
  now: () => number,
): Promise<Hold | BrokerProblem> {
  const missing = await onScratchChannel(connected, async (channel) => {
    await channel.checkQueue(dead);
    return undefined;
  });
  // Somebody deleted it: whoever buries something makes it again.
  const isGone = /no queue '/.test(missing?.message ?? "");
  if (missing && !isGone) return missing;
  const failed = (error: Error) => problem("BROKER_CLOSED", error.message);
  const channel = await orLost(connected, connected.model.createConfirmChannel().catch(failed));
  if (isBrokerProblem(channel)) return channel;
  channel.on("error", () => undefined);
  const release = async () => {
    if (!connected.isLost()) await withDeadline(channel.close(), PATIENCE_MS);
  };
  const messages: ConsumeMessage[] = [];
  if (isGone) return { messages, channel, release };
  const failure = await readAll(connected, channel, dead, now(), messages);
  if (!failure) return { messages, channel, release };
  await release();
  return failure;
}

function readAll(
  connected: Connected,
  channel: ConfirmChannel,
  dead: string,
  at: number,
  messages: ConsumeMessage[],
): Promise<BrokerProblem | undefined> {
  const nonce = randomUUID();
  const done = Promise.withResolvers<BrokerProblem | undefined>();
  const busy = () =>
    problem("BROKER_DEAD_BUSY", `somebody else is reading the queue "${dead}": try again soon`);
  const timer = setTimeout(() => done.resolve(busy()), PATIENCE_MS);
  const closed = () => done.resolve(problem("BROKER_CLOSED", "the broker ended the reading"));
  channel.on("close", closed);
  void connected.lost.then(done.resolve);

  const take = (message: ConsumeMessage | null) => {
    if (!message) return closed();
    timer.refresh();
    const { type, messageId, appId } = message.properties;
    if (type !== MARK || appId !== "clockd") {
      if (messages.push(message) === MOST) done.resolve(undefined);
      return;
    }
    const isOurs = messageId === nonce;
    // One of another reader, who waits for it. When its time is over, of one that has died.
    if (isOurs || at - Number(message.properties.headers?.["x-clockd-at"]) > STALE_MS) {
      acknowledge(channel, message);
    }
    if (isOurs) done.resolve(undefined);
  };

  const begin = async () => {
    const headers = { "x-clockd-at": at };
    const mark = { type: MARK, messageId: nonce, appId: "clockd", headers, persistent: true };
    channel.publish("", dead, Buffer.alloc(0), { ...mark, expiration: STALE_MS });
    await channel.waitForConfirms();
    // All of them are held. Without a number a quorum queue gives 2000.
    await channel.prefetch(MOST);
    await channel.consume(dead, take);
  };
  begin().catch((error: Error) => done.resolve(problem("BROKER_REFUSED", error.message)));
  return done.promise.finally(() => clearTimeout(timer));
}
