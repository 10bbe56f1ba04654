import { type Connected, onScratchChannel } from "./rabbitmq-connect.ts";

/**
 * Knows whether the broker has gone down: a queue that is not durable goes with it. Where RabbitMQ
 * refuses such queues nobody is ever sure, and what is in doubt is sent flagged.
 */
export function createWitness(connected: Connected, queue: string) {
  return {
    async isUnbroken(): Promise<boolean> {
      const answer = await onScratchChannel(connected, async (channel) => {
        await channel.checkQueue(queue);
        return "there" as const;
      });
      return answer === "there";
    },
    async vouch(): Promise<void> {
      await onScratchChannel(connected, async (channel) => {
        await channel.assertQueue(queue, { durable: false });
        return undefined;
      });
    },
  };
}
