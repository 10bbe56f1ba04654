import type { Channel, ConsumeMessage } from "amqplib";
import {
  type BrokerProblem,
  type Following,
  isBrokerProblem,
  type LedgerEntry,
  type LedgerPlace,
} from "./broker.ts";
import { withDeadline } from "./deadline.ts";
import { acknowledge } from "./rabbitmq-ack.ts";
import { type Connected, orLost, problem, tie } from "./rabbitmq-connect.ts";
import { decodeRecordMessage } from "./wire-record.ts";

/** RabbitMQ gives a stream to nobody who sets no limit. */
const PREFETCH = 1000;
/** An acknowledgement for each entry would be as many messages again; with fewer the broker waits. */
const ACK_EVERY = 50;
/** The broker closes the channel of who holds an entry for long, in a quiet ledger too. ms. */
const ACK_AFTER_MS = 1000;

/**
 * Reads the stream `ledger` on a channel of its own. A consumer that the broker ends (the stream was
 * deleted, or its leader moved) is the end of the link.
 */
export async function followLedger(
  connected: Connected,
  ledger: string,
  from: LedgerPlace,
  onEntry: (entry: LedgerEntry) => void,
): Promise<Following | BrokerProblem> {
  const first = typeof from === "object" && "after" in from ? from.after + 1 : 0;
  let stopped = false;
  let unacknowledged = 0;
  let newest: ConsumeMessage;
  let timer: NodeJS.Timeout | undefined;

  function acknowledgeAll(channel: Channel): void {
    clearTimeout(timer);
    timer = undefined;
    unacknowledged = 0;
    if (!stopped && !connected.isLost()) acknowledge(channel, newest, { upTo: true });
  }

  function take(channel: Channel, message: ConsumeMessage | null): void {
    if (stopped || connected.isLost()) return;
    if (!message) {
      connected.lose(problem("BROKER_LEDGER_GONE", `the broker ended the reading of ${ledger}`));
      return;
    }
    // A reading begins with a whole chunk, some of which may lie before the place that was asked for.
    const position = Number(message.properties.headers?.["x-stream-offset"]);
    if (position >= first) onEntry({ position, content: contentOf(message) });
    newest = message;
    if (++unacknowledged >= ACK_EVERY) acknowledgeAll(channel);
    else timer ??= setTimeout(() => acknowledgeAll(channel), ACK_AFTER_MS);
  }

  const begin = async () => {
    const channel = tie(await connected.model.createChannel(), connected, () => stopped);
    channel.once("close", () => clearTimeout(timer));
    await channel.prefetch(PREFETCH);
    const options = { arguments: { "x-stream-offset": offsetOf(from) } };
    await channel.consume(ledger, (message) => take(channel, message), options);
    return channel;
  };
  const failed = (error: Error) => problem("BROKER_LEDGER", `${ledger}: ${error.message}`);
  const channel = await orLost(connected, begin().catch(failed));
  if (isBrokerProblem(channel)) return channel;
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      if (!connected.isLost()) await withDeadline(channel.close(), 1000);
    },
  };
}

function contentOf({ content: body, properties, fields }: ConsumeMessage): LedgerEntry["content"] {
  const { type, headers, timestamp } = properties;
  return decodeRecordMessage({ type, key: fields.routingKey, headers, timestamp, body });
}

/** Where the broker shall begin. A timestamp of AMQP is in seconds. */
function offsetOf(from: LedgerPlace): unknown {
  if (from === "oldest") return "first";
  if ("since" in from) return { "!": "timestamp", value: Math.floor(from.since / 1000) };
  return Math.max(0, from.after + 1);
}
