import type { ConfirmChannel, Message, Options } from "amqplib";
import type { FireOutcome } from "./broker.ts";
import { type Connected, problem } from "./rabbitmq-connect.ts";

/** Where a message goes on a channel. */
export interface Route {
  exchange: string;
  key: string;
}

/** Something to send: one of ours, or a copy of anybody's. */
export interface Outgoing {
  body: Buffer;
  properties: Options.Publish & { headers: Record<string, unknown> };
}

/** What is without an answer. */
export interface Pending {
  /** How many messages. */
  readonly open: number;
  /** ms (of `performance.now()`) when the oldest of them was sent; Infinity when there is none. */
  readonly oldest: number;
  /** No answer comes any more: what is open is in doubt. */
  abandon(): void;
}

/** The messages that one confirm channel has sent and the broker has not answered. */
export interface Publisher extends Pending {
  /** Sends it; resolves when the broker has answered, or cannot any more. */
  publish(message: Outgoing, route: Route): Promise<FireOutcome>;
  /** What the broker said when it closed the channel. */
  readonly refusal: string | undefined;
}

/**
 * The driver's room for the encoded properties is 64 KiB. Beyond it, it throws after it has counted
 * the message, and every later confirm would be taken for another message's.
 */
export const MOST_HEADER_BYTES = 48 * 1024;

/** The broker said no: a queue is full, or not there yet. Another queue may have the message. */
export const NACK = "BROKER_NACK";
/** The driver's word for it. */
const NACKED = "message nacked";

/** What the broker has taught us: it tells its limit only when a message breaks it. */
export interface Learned {
  largestBody: number;
}

/**
 * Publishes with confirms and `mandatory`. An unroutable message is *confirmed* by the broker: that
 * it was returned first is the only sign that it went nowhere.
 */
export function createPublisher(
  channel: ConfirmChannel,
  learned: Learned,
  { lost }: Pick<Connected, "lost">,
): Publisher {
  const returned = createReturned(channel);
  /** The oldest first. */
  const sent = new Map<number, { at: number; answered(error: Error | null): void }>();
  let count = 0;
  let refusal: string | undefined;
  channel.on("error", (error) => {
    refusal = error.message;
    const limit = /larger than configured max size (\d+)/.exec(refusal)?.[1];
    if (limit !== undefined) learned.largestBody = Number(limit);
  });
  const abandon = () => {
    for (const { answered } of sent.values()) answered(new Error("the link is closed"));
  };
  // A connection that is cut may never answer.
  void lost.then(abandon);

  function outcomeOf(error: Error | null, message: Outgoing, route: Route): FireOutcome {
    if (error) {
      const bytes = message.body.length;
      if (bytes > learned.largestBody) return tooLarge(bytes, learned);
      const isNack = error.message === NACKED;
      const why = isNack ? "the broker did not take the message" : (refusal ?? error.message);
      return { kind: "in-doubt", problem: problem(isNack ? NACK : "BROKER_NO_CONFIRM", why) };
    }
    const reply = returned.take(message, route);
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
        const answered = (error: Error | null) => {
          if (sent.delete(number)) resolve(outcomeOf(error, message, route));
        };
        sent.set(number, { at: performance.now(), answered });
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
      for (const { at } of sent.values()) return at;
      return Number.POSITIVE_INFINITY;
    },
    abandon,
    get refusal() {
      return refusal;
    },
  };
}

/** What came back and is not yet confirmed. Two of the same name on the same way share their fate. */
function createReturned(channel: ConfirmChannel) {
  const replies = new Map<string, string[]>();
  const keyOf = (id: unknown, { exchange, key }: Route) => JSON.stringify([id, exchange, key]);
  channel.on("return", ({ fields, properties }: Message) => {
    const { replyText, exchange, routingKey } = fields as Message["fields"] & { replyText: string };
    const key = keyOf(properties.messageId, { exchange, key: routingKey });
    replies.set(key, [...(replies.get(key) ?? []), replyText]);
  });
  return {
    /** What the broker said of it; undefined: it did not come back. */
    take({ properties }: Outgoing, route: Route): string | undefined {
      if (replies.size === 0) return undefined;
      const key = keyOf(properties.messageId, route);
      const [reply, ...others] = replies.get(key) ?? [];
      if (others.length === 0) replies.delete(key);
      else replies.set(key, others);
      return reply;
    },
  };
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
