import { type Channel, type ChannelModel, type ConsumeMessage, connect } from "amqplib";
import { topologyOf } from "../../src/broker/topology.ts";
import { until } from "./until.ts";

/** A message taken from a queue, as a stranger to clockd sees it. */
export interface Taken {
  body: Buffer;
  headers: Record<string, unknown>;
  messageId: string;
  redelivered: boolean;
}

/** A plain AMQP connection of the test's own, for what clockd's port does not offer. */
export interface Amqp {
  model: ChannelModel;
  channel: Channel;
  /** Takes everything that is in a queue now. */
  drain(queue: string): Promise<Taken[]>;
  close(): Promise<void>;
}

export async function openAmqp(url: string): Promise<Amqp> {
  const model = await connect(url, { noDelay: true });
  model.on("error", () => undefined);
  const channel = await model.createChannel();
  return {
    model,
    channel,
    async drain(queue) {
      // Not `get`, which RabbitMQ refuses for the dead letters: they have one consumer at a time.
      const { messageCount } = await channel.checkQueue(queue);
      const taken: Taken[] = [];
      const take = (message: ConsumeMessage | null) => {
        if (message) taken.push(takenOf(message));
      };
      const { consumerTag } = await channel.consume(queue, take, { noAck: true });
      const all = () => taken.length >= messageCount;
      await until(all, 10_000, () => `${messageCount} messages, got ${taken.length}`);
      await channel.cancel(consumerTag);
      return taken;
    },
    close: () => model.close(),
  };
}

/** Removes all that clockd makes under a namespace: each queue that stays makes a broker's restart longer. */
export async function removeNamespace(
  { channel }: Amqp,
  namespace: string,
  queues: readonly string[],
): Promise<void> {
  const topology = topologyOf(namespace);
  const { exchange, workExchange, unrouted, dead, ledger, snapshots, leader, witness } = topology;
  const steps = Array.from({ length: 25 }, (_, index) => topology.retryStep(100 * 2 ** index));
  const own = [unrouted, dead, ledger, snapshots, leader, witness, ...steps];
  for (const queue of [...own, ...queues.map(topology.workQueue)]) {
    await channel.deleteQueue(queue);
  }
  for (const name of [exchange, workExchange, unrouted, ...steps]) {
    await channel.deleteExchange(name);
  }
}

function takenOf({ content: body, properties, fields }: ConsumeMessage): Taken {
  const { headers = {}, messageId } = properties;
  return { body, headers, messageId, redelivered: fields.redelivered };
}
