import type { Channel, ConsumeMessage } from "amqplib";
import type { WorkerOptions } from "./broker.ts";
import { withDeadline } from "./deadline.ts";
import { type Connected, problem } from "./rabbitmq-connect.ts";
import type { Topology } from "./topology.ts";

/** The consumers of a worker's link. */
export interface Taking {
  /** Begins with `prefetch` places for each queue. */
  start(): Promise<undefined>;
  /** One more place for that queue. Returns what takes it away again; a message that came stays. */
  another(queue: string): () => void;
  /** Takes no more. */
  stop(): Promise<void>;
}

export function createTaking(
  connected: Connected,
  channel: Channel,
  { queues, prefetch }: Pick<WorkerOptions, "queues" | "prefetch">,
  topology: Topology,
  onMessage: (message: ConsumeMessage, queue: string) => void,
): Taking {
  const tags = new Set<string>();
  let isStopped = false;

  async function consume(queue: string): Promise<string> {
    const { consumerTag } = await channel.consume(topology.workQueue(queue), (message) => {
      if (message) onMessage(message, queue);
      // The broker cancels a consumer when its queue was deleted.
      else connected.lose(problem("BROKER_QUEUE_GONE", `the queue "${queue}" was deleted`));
    });
    tags.add(consumerTag);
    if (isStopped) void cancel(consumerTag);
    return consumerTag;
  }

  async function cancel(tag: string): Promise<void> {
    if (!tags.delete(tag)) return;
    // With the channel gone there is nothing to cancel; its `close` event says why.
    await channel.cancel(tag).catch(() => undefined);
  }

  return {
    async start() {
      // Counted for each consumer: quorum queues know no other prefetch.
      await channel.prefetch(prefetch);
      for (const queue of new Set(queues)) await consume(queue);
      // Every further consumer is one place.
      await channel.prefetch(1);
      return undefined;
    },
    another(queue) {
      if (isStopped) return () => undefined;
      const consuming = consume(queue).catch(() => undefined);
      return () => void consuming.then((tag) => (tag === undefined ? undefined : cancel(tag)));
    },
    async stop() {
      isStopped = true;
      await withDeadline(Promise.all([...tags].map(cancel)), 1000);
    },
  };
}
