import { createHash } from "node:crypto";
import type { ConsumeMessage } from "amqplib";
import { type FireOutcome, isBrokerProblem, type LedgerLink } from "./broker.ts";
import {
  type DeadHow,
  type DeadLetter,
  noQueue,
  readLetter,
  retryHeaders,
  type SettledDead,
} from "./dead-letter.ts";
import { type Connected, problem } from "./rabbitmq-connect.ts";
import { type Hold, holdDead } from "./rabbitmq-hold.ts";
import type { LinkOptions } from "./rabbitmq-ledger.ts";
import { ownProperties } from "./rabbitmq-message.ts";
import { undeliverable } from "./rabbitmq-publisher.ts";
import { createSide, type Side } from "./rabbitmq-side.ts";

/** Sent and acknowledged at once; see `SETTLE_MS` of a worker's link. */
const AT_ONCE = 32;
const SETTLE_MS = 300;

/** The dead letters of RabbitMQ. */
export function deadOf(
  connected: Connected,
  { topology, learned, now }: LinkOptions,
): Pick<LedgerLink, "readDead" | "settleDead"> {
  async function settleOne(
    message: ConsumeMessage,
    letter: DeadLetter,
    { channel }: Hold,
    side: Side | undefined,
  ): Promise<FireOutcome> {
    if (side) {
      if (letter.queue === "") return { kind: "undeliverable", problem: noQueue() };
      const headers = retryHeaders(letter, headersOf(message), now());
      const properties = { ...ownProperties(message), persistent: true, headers };
      const route = { exchange: topology.workExchange, key: topology.workKey(letter.queue) };
      const { outcome, refusal } = await side.publish({ body: letter.body, properties }, route);
      if (refusal !== undefined) return undeliverable("BROKER_REFUSED", refusal);
      if (outcome.kind !== "confirmed") return outcome;
    }
    channel.ack(message);
    return { kind: "confirmed" };
  }

  async function settleAll(ids: ReadonlySet<string>, how: DeadHow, hold: Hold) {
    const side = how === "retry" ? createSide(connected, learned) : undefined;
    const result: SettledDead = { settled: 0, failed: [] };
    const meant = hold.messages.flatMap((message) => {
      const letter = letterOf(message);
      return ids.has(letter.id) ? [{ message, letter }] : [];
    });
    for (let from = 0; from < meant.length; from += AT_ONCE) {
      const some = meant.slice(from, from + AT_ONCE);
      const outcomes = some.map(({ message, letter }) => settleOne(message, letter, hold, side));
      for (const [index, outcome] of (await Promise.all(outcomes)).entries()) {
        const { id } = some[index]!.letter;
        if (outcome.kind === "confirmed") result.settled++;
        else result.failed.push({ id, problem: outcome.problem });
      }
    }
    if (result.settled > 0) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
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
        return await settleAll(new Set(ids), how, hold);
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
