import type { ConfirmChannel, Message } from "amqplib";
import { type Fire, fireId } from "../ledger/fire.ts";
import type { FireOutcome } from "./broker.ts";
import { problem } from "./rabbitmq-connect.ts";
import { encodeFire } from "./wire.ts";

/** Where a fire goes on a channel. */
export interface Route {
  exchange: string;
  key: string;
}

/** The fires that one confirm channel has sent and the broker has not answered. */
export interface Publisher {
  /** Sends it; resolves when the broker has answered, or cannot any more. */
  publish(fire: Fire, route: Route, now: number): Promise<FireOutcome>;
  /** How many are without an answer. */
  readonly open: number;
  /** ms (of `performance.now()`) when the broker last answered, or the first open one was sent. */
  readonly lastAnswer: number;
}

/**
 * Publishes with confirms and `mandatory`. An unroutable message is *confirmed* by the broker: that
 * it was returned first is the only sign that it went nowhere.
 */
export function createPublisher(channel: ConfirmChannel): Publisher {
  const returned = new Map<string, string>();
  let open = 0;
  let lastAnswer = 0;
  channel.on("return", (message: Message) => {
    const { replyText } = message.fields as unknown as { replyText: string };
    returned.set(String(message.properties.messageId), replyText);
  });
  return {
    publish: (fire, route, now) =>
      new Promise((resolve) => {
        const { body, properties } = encodeFire(fire, now);
        if (open++ === 0) lastAnswer = performance.now();
        const answered = (error: Error | null) => {
          open--;
          lastAnswer = performance.now();
          resolve(outcomeOf(error, fire, route, returned));
        };
        try {
          channel.publish(
            route.exchange,
            route.key,
            body,
            { ...properties, mandatory: true },
            answered,
          );
        } catch (error) {
          answered(error as Error);
        }
      }),
    get open() {
      return open;
    },
    get lastAnswer() {
      return lastAnswer;
    },
  };
}

function outcomeOf(
  error: Error | null,
  fire: Fire,
  route: Route,
  returned: Map<string, string>,
): FireOutcome {
  if (error) return { kind: "in-doubt", problem: problem("BROKER_NO_CONFIRM", error.message) };
  if (returned.size === 0) return { kind: "confirmed" };
  const id = fireId(fire.job, fire.slot);
  const reply = returned.get(id);
  if (reply === undefined) return { kind: "confirmed" };
  returned.delete(id);
  const where = `exchange "${route.exchange}" with routing key "${route.key}"`;
  const message = `no queue is bound to ${where} (${reply}): bind one`;
  return { kind: "undeliverable", problem: problem("BROKER_UNROUTABLE", message) };
}
