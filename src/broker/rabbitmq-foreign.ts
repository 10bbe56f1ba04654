import type { ConfirmChannel } from "amqplib";
import type { Fire, PublishTarget } from "../ledger/fire.ts";
import type { FireOutcome } from "./broker.ts";
import { type Connected, onScratchChannel, problem } from "./rabbitmq-connect.ts";
import { createPublisher, type Publisher } from "./rabbitmq-fires.ts";

/** Publishes to exchanges that belong to other services. */
export interface Foreign {
  publish(fire: Fire, target: PublishTarget, now: number): Promise<FireOutcome>;
  readonly open: number;
  readonly lastAnswer: number;
}

interface Opened {
  channel: ConfirmChannel;
  publisher: Publisher;
  /** Set when the broker has closed the channel. */
  refusal?: string;
}

/**
 * A publish to a missing or forbidden exchange closes its channel and takes every open confirm with
 * it. So these have a channel of their own, the exchange is looked for first, and a refusal is the
 * end of the fires to that exchange only.
 */
export function createForeign(connected: Connected): Foreign {
  const seen = new Set<string>([""]);
  let opened: Promise<Opened> | undefined;
  let current: Opened | undefined;

  async function open(): Promise<Opened> {
    const channel = await connected.model.createConfirmChannel();
    const made: Opened = { channel, publisher: createPublisher(channel) };
    channel.on("error", (error) => {
      made.refusal = error.message;
    });
    channel.on("close", () => {
      opened = undefined;
      seen.clear();
      seen.add("");
    });
    return (current = made);
  }

  async function exchangeProblem(exchange: string) {
    if (seen.has(exchange)) return undefined;
    const answer = await onScratchChannel(connected.model, (channel) =>
      channel.checkExchange(exchange).then(() => undefined),
    );
    if (answer === undefined) seen.add(exchange);
    return answer;
  }

  return {
    async publish(fire, target, now) {
      const missing = await exchangeProblem(target.exchange);
      if (missing) return refused(target.exchange, missing.message);
      let used: Opened;
      try {
        used = await (opened ??= open());
      } catch (error) {
        opened = undefined;
        return inDoubt((error as Error).message);
      }
      const route = { exchange: target.exchange, key: target.routingKey };
      const outcome = await used.publisher.publish(fire, route, now);
      if (outcome.kind !== "in-doubt" || connected.isLost() || !used.refusal) return outcome;
      return used.refusal.includes(`'${target.exchange}'`)
        ? refused(target.exchange, used.refusal)
        : inDoubt(used.refusal);
    },
    get open() {
      return current?.publisher.open ?? 0;
    },
    get lastAnswer() {
      return current?.publisher.lastAnswer ?? 0;
    },
  };
}

function refused(exchange: string, reason: string): FireOutcome {
  const message = `the broker refuses exchange "${exchange}": ${reason}`;
  return { kind: "undeliverable", problem: problem("BROKER_EXCHANGE", message) };
}

function inDoubt(reason: string): FireOutcome {
  return { kind: "in-doubt", problem: problem("BROKER_NO_CONFIRM", reason) };
}
