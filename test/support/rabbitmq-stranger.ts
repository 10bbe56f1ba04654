import { topologyOf } from "../../src/broker/topology.ts";
import { type Amqp, openAmqp } from "./amqp.ts";
import { idOf } from "./fire.ts";
import type { Stranger } from "./stranger.ts";

/** A plain AMQP client; connects when it is first used. */
export function rabbitmqStranger(url: string, namespace: string): Stranger {
  const { dead, workQueue } = topologyOf(namespace);
  let connection: Promise<Amqp> | undefined;
  const amqp = () => (connection ??= openAmqp(url));
  return {
    async put(queue, { body, headers = {} }) {
      const { channel } = await amqp();
      const options = { headers, messageId: idOf(body), persistent: true };
      channel.sendToQueue(workQueue(queue), Buffer.from(body), options);
    },
    async take(queue) {
      const { model, drain } = await amqp();
      // Asking for a queue that is not there costs the channel.
      const scratch = await model.createChannel();
      scratch.on("error", () => undefined);
      await scratch.checkQueue(workQueue(queue));
      await scratch.close();
      return drain(workQueue(queue));
    },
    takeDead: async () => (await amqp()).drain(dead),
    close: async () => (await connection)?.close(),
  };
}
