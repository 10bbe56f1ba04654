import { createHash } from "node:crypto";
import type { ConsumeMessage } from "amqplib";
import {
  type BrokerProblem,
  type FireOutcome,
  isBrokerProblem,
  type LedgerLink,
} from "./broker.ts";
import {
  type DeadHow,
  type DeadLetter,
  noQueue,
  readLetter,
  retryHeaders,
  type SettledDead,
} from "./dead-letter.ts";
import { acknowledge } from "./rabbitmq-ack.ts";
import { type Connected, problem } from "./rabbitmq-connect.ts";
import { type Hold, holdDead } from "./rabbitmq-hold.ts";
import type { LinkOptions } from "./rabbitmq-ledger.ts";
import { ownProperties } from "./rabbitmq-message.ts";
import { undeliverable } from "./rabbitmq-publisher.ts";
import { createQueues } from "./rabbitmq-queues.ts";
import { createSide } from "./rabbitmq-side.ts";

/** Sent and acknowledged at once; see `SETTLE_MS` of a worker's link. */
const AT_ONCE = 32;
const SETTLE_MS = 300;

interface Meant {
  message: ConsumeMessage;
  letter: DeadLetter;
}

const CLOSED = problem("BROKER_CLOSED", "the connection was closed");
const SAFE: FireOutcome = { kind: "confirmed" };

/** The dead letters of RabbitMQ. */
export function deadOf(
  connected: Connected,
  { topology, learned, now }: LinkOptions,
): Pick<LedgerLink, "readDead" | "settleDead"> {
  const side = createSide(connected, learned);
  const queues = createQueues(connected, topology);

  /** Into its work queue. */
  async function sendBack({ message, letter }: Meant): Promise<FireOutcome> {
    const headers = retryHeaders(letter, headersOf(message), now());
    const properties = { ...ownProperties(message), persistent: true, headers };
    const route = { exchange: topology.workExchange, key: topology.workKey(letter.queue) };
    const { outcome, refusal } = await side.publish({ body: letter.body, properties }, route);
    return refusal === undefined ? outcome : undeliverable("BROKER_REFUSED", refusal);
  }

  /** Why those of a work queue cannot go back. */
  async function refusals(meant: readonly Meant[]): Promise<Map<string, BrokerProblem>> {
    const found = new Map<string, BrokerProblem>();
    for (const queue of new Set(meant.map(({ letter }) => letter.queue))) {
      const failure = queue === "" ? noQueue() : await queues.ensure([queue]);
      if (failure) found.set(queue, failure);
    }
    return found;
  }

  async function settleAll(meant: readonly Meant[], how: DeadHow, { channel }: Hold) {
    const result: SettledDead = { settled: [], failed: [] };
    const refused = how === "retry" ? await refusals(meant) : new Map<string, BrokerProblem>();
    const settleOne = async (one: Meant) => {
      const { id, queue } = one.letter;
      const problem = refused.get(queue);
      if (problem) return void result.failed.push({ id, problem });
      const outcome = how === "retry" ? await sendBack(one) : SAFE;
      if (outcome.kind !== "confirmed") {
        return void result.failed.push({ id, problem: outcome.problem });
      }
      if (acknowledge(channel, one.message)) result.settled.push(id);
      else result.failed.push({ id, problem: CLOSED });
    };
    for (let from = 0; from < meant.length; from += AT_ONCE) {
      await Promise.all(meant.slice(from, from + AT_ONCE).map(settleOne));
    }
    if (result.settled.length > 0) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return result;
  }

  return {
    async readDead(onLetter) {
      const hold = await holdDead(connected, topology, now);
      if (isBrokerProblem(hold)) return hold;
      const { messages, release } = hold;
      await release();
      for (const message of messages) onLetter(letterOf(message));
      return undefined;
    },
    async settleDead(ids, how) {
      const hold = await holdDead(connected, topology, now);
      if (isBrokerProblem(hold)) return hold;
      try {
        const wanted = new Set(ids);
        const all = hold.messages.map((message) => ({ message, letter: letterOf(message) }));
        const meant = all.filter(({ letter }) => wanted.has(letter.id));
        const result = await settleAll(meant, how, hold);
        // Whatever was not acknowledged is still there, and it cannot be said what was.
        return connected.isLost() ? await connected.lost : result;
      } catch (error) {
        // The channel closed in this very turn: what it had not settled is still there.
        return problem("BROKER_CLOSED", (error as Error).message);
      } finally {
        await hold.release();
      }
    },
  };
}

function letterOf(message: ConsumeMessage): DeadLetter {
  return readLetter(idOf(message), headersOf(message), message.content);
}

function headersOf({ properties }: ConsumeMessage): Record<string, unknown> {
  return properties.headers ?? {};
}

/** What the broker counts with each delivery is no part of a letter. */
const COUNTS = ["x-delivery-count", "x-acquired-count"];

function idOf(message: ConsumeMessage): string {
  const headers = Object.entries(headersOf(message)).filter(([name]) => !COUNTS.includes(name));
  const { messageId, timestamp, type } = message.properties;
  return createHash("sha256")
    .update(JSON.stringify([messageId, timestamp, type, headers.toSorted()]))
    .update(message.content)
    .digest("hex")
    .slice(0, 12);
}
