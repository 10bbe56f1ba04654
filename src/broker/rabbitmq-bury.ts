import type { ConsumeMessage } from "amqplib";
import type { Fire } from "../ledger/fire.ts";
import type { FireOutcome } from "./broker.ts";
import { deadHeaders, plainHeaders } from "./dead-letter.ts";
import type { Connected } from "./rabbitmq-connect.ts";
import { declareBase } from "./rabbitmq-declare.ts";
import type { LinkOptions } from "./rabbitmq-ledger.ts";
import { ownProperties } from "./rabbitmq-message.ts";
import { MOST_HEADER_BYTES, type Outgoing, type Publisher } from "./rabbitmq-publisher.ts";
import { decodeFire, encodeFire, isWireProblem } from "./wire.ts";

/** Puts messages among the dead letters; they are safe there when that is confirmed. */
export interface Burying {
  /** What the broker has delivered, as it is. */
  copy(message: ConsumeMessage, queue: string, reason: string): Promise<FireOutcome>;
  fire(fire: Fire, reason: string): Promise<FireOutcome>;
}

export function createBurying(
  connected: Connected,
  publisher: Publisher,
  { topology, now }: LinkOptions,
): Burying {
  const route = { exchange: "", key: topology.dead };

  async function send(message: Outgoing): Promise<FireOutcome> {
    const first = await publisher.publish(message, route);
    const isGone = first.kind === "undeliverable" && first.problem.code === "BROKER_UNROUTABLE";
    if (!isGone) return first;
    // Somebody deleted the queue: nothing has the message, until it is made again.
    const failure = await declareBase(connected, topology);
    return failure ? { ...first, problem: failure } : publisher.publish(message, route);
  }

  return {
    copy: (message, queue, reason) => {
      const { content } = message;
      const { headers = {} } = message.properties;
      const said = decodeFire(content, headers);
      const fits = Buffer.byteLength(JSON.stringify(headers)) < MOST_HEADER_BYTES - 1024;
      const own = {
        ...(fits ? plainHeaders(headers) : {}),
        ...deadHeaders(queue, reason, now()),
        ...(isWireProblem(said) ? {} : { "x-clockd-job": said.job }),
      };
      const properties = { ...ownProperties(message), persistent: true, headers: own };
      return send({ body: content, properties });
    },
    fire: (fire, reason) => {
      const { body, properties } = encodeFire(fire, now());
      const queue = fire.target.kind === "run" ? fire.target.queue : "";
      const headers = { ...properties.headers, ...deadHeaders(queue, reason, now()) };
      return send({ body, properties: { ...properties, headers } });
    },
  };
}
