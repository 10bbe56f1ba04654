import type { ConfirmChannel, ConsumeMessage } from "amqplib";
import type { BrokerProblem, Delivery, WorkerLink, WorkerOptions } from "./broker.ts";
import { withDeadline } from "./deadline.ts";
import {
  assertTopology,
  type Connected,
  drop,
  onScratchChannel,
  problem,
  tie,
} from "./rabbitmq-connect.ts";
import type { Topology } from "./topology.ts";
import { decodeFire, isWireProblem } from "./wire.ts";

/** Makes a worker's link of a connection and starts the deliveries. */
export async function openWorkerLink(
  connected: Connected,
  topology: Topology,
  options: WorkerOptions,
): Promise<WorkerLink | BrokerProblem> {
  const { model, lost } = connected;
  const failure = await onScratchChannel(model, (channel) =>
    assertTopology(channel, topology, options.queues).then(() => undefined),
  );
  if (failure) return failure;
  const channel = tie(await model.createConfirmChannel(), connected);
  let unavailable = false;
  void lost.then(() => {
    unavailable = true;
  });
  const settle = { channel, dead: topology.dead, usable: () => !unavailable };
  // Counted for each consumer: quorum queues know no other prefetch.
  await channel.prefetch(options.prefetch);
  const tags: string[] = [];
  for (const queue of new Set(options.queues)) {
    const take = (message: ConsumeMessage | null) => {
      if (message) options.onDelivery(deliveryOf(message, queue, settle));
      // The broker cancels a consumer when its queue was deleted.
      else connected.lose(problem("BROKER_QUEUE_GONE", `the queue "${queue}" was deleted`));
    };
    const { consumerTag } = await channel.consume(topology.workQueue(queue), take);
    tags.push(consumerTag);
  }
  return {
    lost,
    get isLost() {
      return unavailable;
    },
    async stopTaking() {
      const cancelled = tags.splice(0).map((tag) => channel.cancel(tag));
      await withDeadline(Promise.all(cancelled), 1000);
    },
    async close(deadlineMs) {
      if (!unavailable) {
        connected.closing();
        // Closing the channel first makes sure that the broker has read every settlement.
        await withDeadline(channel.close(), deadlineMs);
      }
      unavailable = true;
      await drop(model);
    },
  };
}

interface Settling {
  channel: ConfirmChannel;
  dead: string;
  usable(): boolean;
}

function deliveryOf(message: ConsumeMessage, queue: string, settling: Settling): Delivery {
  const { channel, usable } = settling;
  let settled = false;
  const settle = (how: () => void): boolean => {
    // A second settlement would be answered with the end of the channel.
    if (settled || !usable()) return false;
    settled = true;
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

/** The copy is confirmed before the original is acknowledged: at worst there are two, never none. */
function copyToDead(
  message: ConsumeMessage,
  queue: string,
  reason: string,
  { channel, dead, usable }: Settling,
): Promise<boolean> {
  const content = decodeFire(message.content, message.properties.headers);
  const { headers, messageId, timestamp, type, appId, contentType } = message.properties;
  const options = {
    ...defined({ messageId, timestamp, type, appId, contentType }),
    persistent: true,
    mandatory: true,
    headers: {
      ...headers,
      "x-clockd-reason": reason,
      "x-clockd-queue": queue,
      ...(isWireProblem(content) ? {} : { "x-clockd-job": content.job }),
    },
  };
  return new Promise((resolve) => {
    if (!usable()) return resolve(false);
    try {
      channel.publish("", dead, message.content, options, (error) => resolve(!error));
    } catch {
      resolve(false);
    }
  });
}

function defined<T extends object>(properties: T): Partial<T> {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
