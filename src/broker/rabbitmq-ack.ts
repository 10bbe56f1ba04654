import type { Channel, Message } from "amqplib";

/**
 * Acknowledges a message, or with `upTo` all up to it. False: the channel or its connection is closed, or
 * about to be (the driver throws then, in whatever timer or callback it is asked): the broker gives what
 * is left of it to somebody else, and the `close` event says why.
 */
export function acknowledge(channel: Channel, message: Message, { upTo = false } = {}): boolean {
  try {
    channel.ack(message, upTo);
    return true;
  } catch {
    return false;
  }
}
