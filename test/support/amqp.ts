import { type Channel, type ChannelModel, connect } from "amqplib";

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
      const taken: Taken[] = [];
      for (;;) {
        const message = await channel.get(queue, { noAck: true });
        if (!message) return taken;
        const { headers = {}, messageId } = message.properties;
        const { redelivered } = message.fields;
        taken.push({ body: message.content, headers, messageId, redelivered });
      }
    },
    close: () => model.close(),
  };
}
