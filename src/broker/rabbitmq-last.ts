import type { Channel, ConsumeMessage } from "amqplib";
import type { BrokerProblem } from "./broker.ts";
import { type Connected, onScratchChannel } from "./rabbitmq-connect.ts";

/** ms. A broker that knows of a message gets the time to send it, however large it is. */
const FIRST_WITHIN_MS = 8000;
/** The broker's count of messages is some seconds behind: it says 0 of the first one. ms. */
const FIRST_WITHIN_UNKNOWN_MS = 500;
/** After the newest message no other one comes. ms. */
const QUIET_MS = 100;

/**
 * The newest message of a stream; undefined: none came. A stream never says that it has come to its
 * end, so this waits a little: on a slow network the answer may be an older one, or none.
 */
export function readLast(
  connected: Connected,
  stream: string,
): Promise<ConsumeMessage | undefined | BrokerProblem> {
  return onScratchChannel(connected, async (channel) => {
    const { messageCount } = await channel.checkQueue(stream);
    return last(channel, stream, messageCount > 0 ? FIRST_WITHIN_MS : FIRST_WITHIN_UNKNOWN_MS);
  });
}

async function last(channel: Channel, stream: string, firstWithin: number) {
  const quiet = Promise.withResolvers<void>();
  channel.on("close", quiet.resolve);
  let found: ConsumeMessage | undefined;
  let timer: NodeJS.Timeout | undefined;
  const within = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(quiet.resolve, ms);
  };
  const take = (message: ConsumeMessage | null) => {
    found = message ?? found;
    within(QUIET_MS);
  };
  // The last chunk may hold many messages, of which the last one is wanted.
  await channel.prefetch(10_000);
  within(firstWithin);
  await channel.consume(stream, take, { arguments: { "x-stream-offset": "last" } });
  await quiet.promise;
  clearTimeout(timer);
  return found;
}
