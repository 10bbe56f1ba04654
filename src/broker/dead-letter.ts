import type { Instant } from "../clock/time.ts";
import { isInstant, isJobName } from "../ledger/fields.ts";
import type { BrokerProblem, WireProblem, WorkerFire } from "./broker.ts";
import { queueOfKey } from "./topology.ts";
import { decodeFire, isWireProblem } from "./wire.ts";
import { type Headers, readHistory, textOf } from "./wire-headers.ts";

/** A message that no worker can use, or whose run used up its attempts. */
export interface DeadLetter {
  /** Stays the same for as long as it is there. Letters that are the same in everything share it. */
  id: string;
  /** When it was put there, ms UTC; undefined: it does not say. */
  at: Instant | undefined;
  /** The work queue that it was meant for; empty: it does not say. */
  queue: string;
  reason: string;
  job?: string;
  /** `job@slot` */
  fire?: string;
  attempt?: number;
  history: readonly string[];
  /** What the message says, or why it cannot be understood. */
  content: WorkerFire | WireProblem;
  body: Buffer;
}

export type DeadHow = "retry" | "drop";

/** What became of the letters that were named. Those that were no longer there are in neither. */
export interface SettledDead {
  /** The ids of those that have left the dead letters. */
  settled: string[];
  /** Those that stay, and why. */
  failed: { id: string; problem: BrokerProblem }[];
}

/** As long as a short string of AMQP: what a person reads of a reason. */
const LONGEST_REASON = 255;

/** What a message gets with it into the dead letters. `now`: ms. */
export function deadHeaders(queue: string, reason: string, now: number): Record<string, unknown> {
  return {
    "x-clockd-reason": reason.slice(0, LONGEST_REASON),
    "x-clockd-queue": queue,
    "x-clockd-dead-at": now,
  };
}

/** A letter by what its message has. `id` is the broker's business. */
export function readLetter(id: string, headers: Headers, body: Buffer): DeadLetter {
  const content = decodeFire(body, headers);
  const death = deathOf(headers);
  const known = isWireProblem(content)
    ? { ...(content.job === undefined ? {} : { job: content.job }) }
    : { job: content.job, fire: content.id, attempt: content.attempt };
  return {
    id,
    at: [headers["x-clockd-dead-at"], death?.at].find(isInstant),
    queue: [headers["x-clockd-queue"], death?.queue].find(isJobName) ?? "",
    reason: textOf(headers["x-clockd-reason"]) ?? death?.reason ?? "it does not say why",
    ...known,
    history: readHistory(headers),
    content,
    body,
  };
}

/** What belongs to one life of a message; `CC` and `BCC` would send it to others too. */
const OF_ONE_LIFE =
  /^(x-clockd-(reason|queue|dead-at|wait-.*)|x-death|x-(first|last)-death-.*|x-delivery-count|x-acquired-count|CC|BCC)$/;

/** The headers of a message without what it got on its way into the dead letters, or somewhere else. */
export function plainHeaders(headers: Headers): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_ONE_LIFE.test(name)));
}

/**
 * The headers with which a letter goes back into its work queue: a fire as its next attempt, with the
 * attempts that its job may have counted anew. `now`: ms.
 */
export function retryHeaders({ content }: DeadLetter, headers: Headers, now: number) {
  const plain = plainHeaders(headers);
  if (isWireProblem(content)) return plain;
  delete plain["x-clockd-maybe-duplicate"];
  const { attempt } = content;
  return {
    ...plain,
    "x-clockd-at": now,
    "x-clockd-attempt": Math.min(attempt, Number.MAX_SAFE_INTEGER - 1) + 1,
    "x-clockd-attempts-before": attempt,
  };
}

/** Why a letter without a work queue stays where it is. */
export function noQueue(): BrokerProblem {
  return { code: "BROKER_NO_QUEUE", message: "it does not say which work queue it was meant for" };
}

interface Death {
  queue: string | undefined;
  reason: string;
  at: unknown;
}

/** What RabbitMQ says of a message that it has moved itself (https://www.rabbitmq.com/docs/dlx). */
function deathOf(headers: Headers): Death | undefined {
  const deaths = headers["x-death"];
  const [last] = Array.isArray(deaths) ? deaths : [];
  const { reason, time, "routing-keys": keys } = Object(last);
  if (typeof reason !== "string") return undefined;
  const [key] = Array.isArray(keys) ? keys : [];
  const seconds = Object(time).value;
  return {
    queue: typeof key === "string" ? queueOfKey(key) : undefined,
    reason: WHY[reason] ?? `RabbitMQ moved it here: ${reason}`,
    at: typeof seconds === "number" ? seconds * 1000 : undefined,
  };
}

const WHY: Readonly<Record<string, string>> = {
  delivery_limit: "RabbitMQ gave up on it: it came back from workers too often",
  expired: "RabbitMQ moved it here: its time to live was over",
  maxlen: "RabbitMQ moved it here: its work queue was full",
  rejected: "RabbitMQ moved it here: a consumer rejected it",
};
