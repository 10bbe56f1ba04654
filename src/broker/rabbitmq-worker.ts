import type { ConfirmChannel, ConsumeMessage } from "amqplib";
import {
  type BrokerProblem,
  type Delivery,
  isBrokerProblem,
  type WorkerLink,
  type WorkerOptions,
} from "./broker.ts";
import { pollUntil, withDeadline } from "./deadline.ts";
import {
  type Connected,
  drop,
  onScratchChannel,
  orLost,
  problem,
  tie,
} from "./rabbitmq-connect.ts";
import { assertQueue, declareBase } from "./rabbitmq-declare.ts";
import type { LinkOptions } from "./rabbitmq-ledger.ts";
import { createPublisher, inDoubt } from "./rabbitmq-publisher.ts";
import { decodeFire, isWireProblem } from "./wire.ts";
import { encodeRecordMessage } from "./wire-record.ts";

/** Makes a worker's link of a connection and starts the deliveries. */
export async function openWorkerLink(
  connected: Connected,
  options: WorkerOptions,
  { topology, learned }: LinkOptions,
): Promise<WorkerLink | BrokerProblem> {
  const { model, lost } = connected;
  const failure =
    (await declareBase(connected, topology)) ??
    (await onScratchChannel(connected, async (channel) => {
      for (const queue of new Set(options.queues)) await assertQueue(channel, topology, queue);
      return undefined;
    }));
  if (failure) return failure;
  const opened = await orLost(connected, model.createConfirmChannel());
  if (isBrokerProblem(opened)) return opened;
  const channel = tie(opened, connected);
  let closed = false;
  const usable = () => !closed && !connected.isLost();
  const { dead } = topology;
  const settling: Settling = { channel, dead, usable, lose: connected.lose, any: false };
  const tags: string[] = [];
  const consuming = await orLost(connected, consume(channel, tags));
  if (consuming) return consuming;

  async function consume(from: ConfirmChannel, tags: string[]): Promise<undefined> {
    // Counted for each consumer: quorum queues know no other prefetch.
    await from.prefetch(options.prefetch);
    for (const queue of new Set(options.queues)) {
      const take = (message: ConsumeMessage | null) => {
        if (message) options.onDelivery(deliveryOf(message, queue, settling));
        // The broker cancels a consumer when its queue was deleted.
        else connected.lose(problem("BROKER_QUEUE_GONE", `the queue "${queue}" was deleted`));
      };
      const { consumerTag } = await from.consume(topology.workQueue(queue), take);
      tags.push(consumerTag);
    }
  }

  async function stopTaking(): Promise<void> {
    const cancelled = tags.splice(0).map((tag) => channel.cancel(tag));
    await withDeadline(Promise.all(cancelled), 1000);
  }

  const publisher = createPublisher(channel, learned);
  return {
    async append(record) {
      if (!usable()) return inDoubt("the link is closed");
      const route = { exchange: topology.exchange, key: topology.ledgerKey(record.kind) };
      const answer = await orLost(connected, publisher.publish(encodeRecordMessage(record), route));
      return isBrokerProblem(answer) ? { kind: "in-doubt", problem: answer } : answer;
    },
    lost,
    get isLost() {
      return !usable();
    },
    stopTaking,
    async close(deadlineMs) {
      if (usable()) {
        connected.closing();
        // Otherwise what is given back in this moment would come straight back here.
        await stopTaking();
        await pollUntil(() => publisher.open === 0, deadlineMs);
        // RabbitMQ's channel holds settlements for a quorum queue back when many come at once (more
        // than 32), and forgets them when it is closed. They are worth a moment.
        if (settling.any) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
        // Closing the channel first makes sure that the broker has read every settlement.
        await withDeadline(channel.close(), deadlineMs);
      }
      closed = true;
      await drop(model);
    },
  };
}

interface Settling {
  channel: ConfirmChannel;
  dead: string;
  usable(): boolean;
  lose(problem: BrokerProblem): void;
  /** Something was settled. */
  any: boolean;
}

/** What the broker gets for the last settlements. ms. */
const SETTLE_MS = 300;

function deliveryOf(message: ConsumeMessage, queue: string, settling: Settling): Delivery {
  const { channel, usable } = settling;
  let settled = false;
  const settle = (how: () => void): boolean => {
    // A second settlement would be answered with the end of the channel.
    if (settled || !usable()) return false;
    settled = true;
    settling.any = true;
    try {
      how();
      return true;
    } catch {
      // The channel closed in this very turn; its `close` event says why.
      return false;
    }
  };
  return {
    queue,
    content: decodeFire(message.content, message.properties.headers),
    redelivered: message.fields.redelivered,
    finish: () => settle(() => channel.ack(message)),
    giveBack: () => settle(() => channel.nack(message, false, true)),
    async bury(reason) {
      if (!(await copyToDead(message, queue, reason, settling))) return false;
      return settle(() => channel.ack(message));
    },
  };
}

/** As long as a short string of AMQP: what a person reads of a reason. */
const MOST_TEXT = 255;
/** The driver throws when all properties together take more than 64 KiB. */
const MOST_HEADER_BYTES = 48 * 1024;

/** The copy is confirmed before the original is acknowledged: at worst there are two, never none. */
function copyToDead(
  message: ConsumeMessage,
  queue: string,
  reason: string,
  { channel, dead, usable, lose }: Settling,
): Promise<boolean> {
  const { messageId, timestamp, type, appId, contentType } = message.properties;
  const options = {
    ...defined({ messageId, timestamp, type, appId, contentType }),
    persistent: true,
    mandatory: true,
    headers: deadHeaders(message, queue, reason),
  };
  return new Promise((resolve) => {
    if (!usable()) return resolve(false);
    const failed = (error: Error) => {
      // With the message still held, only a new link can try again.
      lose(problem("BROKER_NO_DEAD_LETTER", `a message could not be buried: ${error.message}`));
      resolve(false);
    };
    try {
      channel.publish("", dead, message.content, options, (error) =>
        error ? failed(error) : resolve(true),
      );
    } catch (error) {
      failed(error as Error);
    }
  });
}

function deadHeaders(message: ConsumeMessage, queue: string, reason: string) {
  const content = decodeFire(message.content, message.properties.headers);
  const { headers = {} } = message.properties;
  const fits = Buffer.byteLength(JSON.stringify(headers)) < MOST_HEADER_BYTES;
  return {
    ...(fits ? headers : {}),
    "x-clockd-reason": reason.slice(0, MOST_TEXT),
    "x-clockd-queue": queue,
    ...(isWireProblem(content) ? {} : { "x-clockd-job": content.job }),
  };
}

function defined<T extends object>(properties: T): Partial<T> {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
