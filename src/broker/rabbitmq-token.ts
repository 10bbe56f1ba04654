import type { Channel, ConfirmChannel, ConsumeMessage } from "amqplib";
import { type BrokerProblem, isBrokerProblem } from "./broker.ts";
import { acknowledge } from "./rabbitmq-ack.ts";
import { type Connected, onScratchChannel, orLost, problem } from "./rabbitmq-connect.ts";

/** Which clock leads. */
export interface Token {
  /** Resolves when this link is given the token for the first time. */
  elected: Promise<void>;
  /** Makes sure that there is a token. */
  callElection(): Promise<void>;
}

/** Well within the 30 minutes for which RabbitMQ lets a message be held. ms. */
const RENEW_EVERY_MS = 5 * 60_000;

const LEADER = {
  "x-queue-type": "quorum",
  "x-single-active-consumer": true,
  // However many are sent, one waits.
  "x-max-length": 1,
  "x-overflow": "drop-head",
};

/**
 * Stands for election. The queue `leader` gives its messages to one consumer at a time; the token
 * is only the sign that this is the one, so that a second token harms nothing. It is consumed on
 * the very channel that publishes: when another clock is given the token, this channel is gone, and
 * the broker takes nothing more of it.
 */
export async function standForElection(
  connected: Connected,
  channel: ConfirmChannel,
  leader: string,
): Promise<Token | BrokerProblem> {
  const elected = Promise.withResolvers<void>();
  let held: ConsumeMessage | undefined;

  /** A fresh one first: held for long, or delivered often, RabbitMQ would take the old one away. */
  async function renew(): Promise<void> {
    const old = held;
    if (!old || isBrokerProblem((await sendToken(connected, leader)) ?? {})) return;
    if (held !== old || connected.isLost()) return;
    held = undefined;
    acknowledge(channel, old);
  }

  function take(message: ConsumeMessage | null): void {
    if (!message) {
      connected.lose(problem("BROKER_LEADER_GONE", `the broker ended the holding of ${leader}`));
      return;
    }
    held = message;
    elected.resolve();
    if (message.fields.redelivered) void renew();
  }

  const begin = async () => {
    await channel.prefetch(1);
    await channel.consume(leader, take);
    return undefined;
  };
  const failure =
    (await onScratchChannel(connected, (scratch) => assertLeader(scratch, leader))) ??
    (await callElection(connected, leader)) ??
    (await orLost(connected, begin()));
  if (failure) return failure;
  const timer = setInterval(() => void renew(), RENEW_EVERY_MS);
  timer.unref();
  channel.once("close", () => clearInterval(timer));
  return {
    elected: elected.promise,
    async callElection() {
      await callElection(connected, leader);
    },
  };
}

async function assertLeader(channel: Channel, leader: string): Promise<undefined> {
  await channel.assertQueue(leader, { durable: true, arguments: LEADER });
}

/** What somebody holds is not counted: then one waits, and is taken at the next renewal. */
async function callElection(
  connected: Connected,
  leader: string,
): Promise<BrokerProblem | undefined> {
  const ready = await onScratchChannel(connected, async (channel) => {
    const { messageCount } = await channel.checkQueue(leader);
    return { messageCount };
  });
  if (isBrokerProblem(ready)) return ready;
  return ready.messageCount > 0 ? undefined : sendToken(connected, leader);
}

/** On a channel of its own, so that a queue that does not answer holds up nothing else. */
async function sendToken(connected: Connected, leader: string): Promise<BrokerProblem | undefined> {
  const send = async () => {
    const channel = await connected.model.createConfirmChannel();
    channel.on("error", () => undefined);
    channel.publish("", leader, Buffer.from("{}"), TOKEN);
    await channel.waitForConfirms();
    channel.close().catch(() => undefined);
    return undefined;
  };
  const failed = (error: Error) => problem("BROKER_CLOSED", error.message);
  return orLost(connected, send().catch(failed));
}

const TOKEN = { persistent: true, type: "token", appId: "clockd", contentType: "application/json" };
