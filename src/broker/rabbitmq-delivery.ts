import type { Channel, ConsumeMessage } from "amqplib";
import type { Delivery } from "./broker.ts";
import type { Burying } from "./rabbitmq-bury.ts";
import { type Connected, problem } from "./rabbitmq-connect.ts";
import { decodeFire } from "./wire.ts";

/** What the deliveries of one link have in common. */
export interface Settling {
  channel: Channel;
  burying: Burying;
  usable(): boolean;
  lose: Connected["lose"];
  /** One more place for that queue; what takes it away again. */
  another(queue: string): () => void;
  /** Something was settled. */
  any: boolean;
}

export function deliveryOf(message: ConsumeMessage, queue: string, settling: Settling): Delivery {
  const { channel, burying, usable, lose } = settling;
  let isSettled = false;
  let placeBack: (() => void) | undefined;
  const settle = (how: () => void): boolean => {
    // A second settlement would be answered with the end of the channel.
    if (isSettled || !usable()) return false;
    isSettled = true;
    settling.any = true;
    try {
      placeBack?.();
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
      if (isSettled || !usable()) return false;
      // The copy is confirmed before the original is acknowledged: at worst there are two, never none.
      const outcome = await burying.copy(message, queue, reason);
      if (outcome.kind === "confirmed") return settle(() => channel.ack(message));
      // With the message still held, only a new link can try again.
      const why = `a message could not be buried: ${outcome.problem.message}`;
      lose(problem("BROKER_NO_DEAD_LETTER", why));
      return false;
    },
    setAside() {
      if (isSettled || placeBack || !usable()) return;
      placeBack = settling.another(queue);
    },
  };
}
