import type { ConfirmChannel, Message } from "amqplib";
import type { FireOutcome } from "./broker.ts";
import { problem } from "./rabbitmq-connect.ts";
import type { WireMessage } from "./wire.ts";

/** Where a message goes on a channel. */
export interface Route {
  exchange: string;
  key: string;
}

/** What is without an answer. */
export interface Pending {
  /** How many messages. */
  readonly open: number;
  /** ms (of `performance.now()`) when the oldest of them was sent; Infinity when there is none. */
  readonly oldest: number;
}

/** The messages that one confirm channel has sent and the broker has not answered. */
export interface Publisher extends Pending {
  /** Sends it; resolves when the broker has answered, or cannot any more. */
  publish(message: WireMessage, route: Route): Promise<FireOutcome>;
  /** What the broker said when it closed the channel. */
  readonly refusal: string | undefined;
}

/**
 * The driver's room for the encoded properties is 64 KiB. Beyond it, it throws after it has counted
 * the message, and every later confirm would be taken for another message's.
 */
const MOST_HEADER_BYTES = 48 * 1024;

/** What the broker has taught us: it tells its limit only when a message breaks it. */
export interface Learned {
  largestBody: number;
}

/**
 * Publishes with confirms and `mandatory`. An unroutable message is *confirmed* by the broker: that
 * it was returned first is the only sign that it went nowhere.
 */
export function createPublisher(channel: ConfirmChannel, learned: Learned): Publisher {
  const returned = new Map<string, string>();
  /** When each open message was sent, the oldest first. */
  const sent = new Map<number, number>();
  let count = 0;
  let refusal: string | undefined;
  channel.on("error", (error) => {
    refusal = error.message;
    const limit = /larger than configured max size (\d+)/.exec(refusal)?.[1];
    if (limit !== undefined) learned.largestBody = Number(limit);
  });
  channel.on("return", (message: Message) => {
    const { replyText } = message.fields as unknown as { replyText: string };
    returned.set(String(message.properties.messageId), replyText);
  });

  function outcomeOf(error: Error | null, message: WireMessage, route: Route): FireOutcome {
    if (error) {
      const bytes = message.body.length;
      if (bytes > learned.largestBody) return tooLarge(bytes, learned);
      return { kind: "in-doubt", problem: problem("BROKER_NO_CONFIRM", refusal ?? error.message) };
    }
    const reply = takeReturn(returned, message);
    if (reply === undefined) return { kind: "confirmed" };
    const where = `exchange "${route.exchange}" with routing key "${route.key}"`;
    return undeliverable("BROKER_UNROUTABLE", `no queue is bound to ${where} (${reply}): bind one`);
  }

  return {
    publish(message, route) {
      const { body, properties } = message;
      if (headerBytes(properties.headers) > MOST_HEADER_BYTES) {
        const reason = `the headers are larger than ${MOST_HEADER_BYTES / 1024} KiB`;
        return Promise.resolve(undeliverable("BROKER_TOO_LARGE", reason));
      }
      if (body.length > learned.largestBody) {
        return Promise.resolve(tooLarge(body.length, learned));
      }
      return new Promise((resolve) => {
        const number = count++;
        sent.set(number, performance.now());
        const answered = (error: Error | null) => {
          sent.delete(number);
          resolve(outcomeOf(error, message, route));
        };
        const options = { ...properties, mandatory: true };
        try {
          channel.publish(route.exchange, route.key, body, options, answered);
        } catch (error) {
          answered(error as Error);
        }
      });
    },
    get open() {
      return sent.size;
    },
    get oldest() {
      for (const at of sent.values()) return at;
      return Number.POSITIVE_INFINITY;
    },
    get refusal() {
      return refusal;
    },
  };
}

function takeReturn(returned: Map<string, string>, { properties }: WireMessage) {
  if (returned.size === 0) return undefined;
  const id = properties.messageId;
  const reply = returned.get(id);
  returned.delete(id);
  return reply;
}

function tooLarge(bytes: number, { largestBody }: Learned): FireOutcome {
  const reason = `its ${bytes} bytes are more than the broker takes in one message (${largestBody})`;
  return undeliverable("BROKER_TOO_LARGE", reason);
}

/** Close enough: a header's name and value in JSON are about as long as in AMQP. */
function headerBytes(headers: Record<string, unknown>): number {
  return Buffer.byteLength(JSON.stringify(headers));
}

export function undeliverable(code: `BROKER_${string}`, reason: string): FireOutcome {
  return { kind: "undeliverable", problem: problem(code, reason) };
}

export function inDoubt(reason: string): FireOutcome {
  return { kind: "in-doubt", problem: problem("BROKER_NO_CONFIRM", reason) };
}
