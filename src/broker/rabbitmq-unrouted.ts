import type { ConfirmChannel, ConsumeMessage, Options } from "amqplib";
import { type BrokerProblem, isBrokerProblem } from "./broker.ts";
import { acknowledge } from "./rabbitmq-ack.ts";
import { type Connected, orLost, problem, tie } from "./rabbitmq-connect.ts";
import { queueOfKey, type Topology } from "./topology.ts";

const PREFETCH = 100;
/** What a person reads of a reason. */
const MOST_TEXT = 255;

/**
 * Takes the fires whose work queue was gone, makes the queue again (`ensure`) and sends them on. What
 * cannot be sent on goes to the dead letters.
 */
export async function rescueUnrouted(
  connected: Connected,
  topology: Topology,
  ensure: (queues: string[]) => Promise<BrokerProblem | undefined>,
): Promise<BrokerProblem | undefined> {
  const { workExchange, dead, unrouted } = topology;

  async function sendOn(channel: ConfirmChannel, message: ConsumeMessage): Promise<void> {
    const key = message.fields.routingKey;
    const queue = queueOfKey(key);
    const failure = queue === undefined ? undefined : await ensure([queue]);
    if (failure && failure.code !== "BROKER_REFUSED") {
      // Only the end of the link gives the message back.
      connected.lose(failure);
      return;
    }
    const reason = failure?.message ?? "no work queue is meant";
    const sent =
      queue !== undefined && !failure
        ? send(channel, workExchange, key, copyOf(message, flag(message)))
        : send(channel, "", dead, copyOf(message, deadHeaders(reason, queue)));
    if (await sent) {
      if (!connected.isLost()) acknowledge(channel, message);
    } else {
      connected.lose(
        problem("BROKER_NO_CONFIRM", `a fire without a queue could not be sent on: ${key}`),
      );
    }
  }

  const begin = async () => {
    const channel = tie(await connected.model.createConfirmChannel(), connected);
    await channel.prefetch(PREFETCH);
    await channel.consume(unrouted, (message) => {
      if (message) void sendOn(channel, message);
      else connected.lose(problem("BROKER_QUEUE_GONE", `the queue "${unrouted}" was deleted`));
    });
    return undefined;
  };
  const answer = await orLost(connected, begin());
  return answer && isBrokerProblem(answer) ? answer : undefined;
}

/** Somebody took it before and went: the copy may be in the queue already. */
function flag(message: ConsumeMessage): Record<string, unknown> {
  return message.fields.redelivered ? { "x-clockd-maybe-duplicate": true } : {};
}

function deadHeaders(reason: string, queue = ""): Record<string, unknown> {
  return { "x-clockd-reason": reason.slice(0, MOST_TEXT), "x-clockd-queue": queue };
}

interface Copy {
  content: Buffer;
  options: Options.Publish;
}

function copyOf({ content, properties }: ConsumeMessage, more: Record<string, unknown>): Copy {
  const { messageId, timestamp, type, appId, contentType, headers } = properties;
  const own = { messageId, timestamp, type, appId, contentType };
  const options = { ...own, headers: { ...headers, ...more }, persistent: true };
  return { content, options };
}

/** False when it got no confirm. */
function send(
  channel: ConfirmChannel,
  exchange: string,
  key: string,
  { content, options }: Copy,
): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      channel.publish(exchange, key, content, options, (error) => resolve(!error));
    } catch {
      resolve(false);
    }
  });
}
