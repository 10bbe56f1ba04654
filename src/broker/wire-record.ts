import { randomUUID } from "node:crypto";
import { decodeRecord, encodeRecord } from "../ledger/codec.ts";
import { isInstant } from "../ledger/fields.ts";
import type { FireRecord, LedgerFault, LedgerRecord } from "../ledger/record.ts";
import { queueOfKey } from "./topology.ts";
import { type FireBody, readFireBody, type WireMessage } from "./wire.ts";
import { type Headers, readHeaders } from "./wire-headers.ts";

/** A record that is no fire as a message; `type` says its kind. */
export function encodeRecordMessage(record: Exclude<LedgerRecord, FireRecord>): WireMessage {
  return {
    body: Buffer.from(encodeRecord(record)),
    properties: {
      messageId: randomUUID(),
      timestamp: Math.floor(record.at / 1000),
      type: record.kind,
      appId: "clockd",
      contentType: "application/json",
      persistent: true,
      headers: {},
    },
  };
}

/** A message of the ledger, as every broker can keep it. */
export interface LedgerMessage {
  type: unknown;
  /** Routing key: says the work queue of a fire. */
  key: string;
  headers: Headers | undefined;
  /** AMQP's own, whole seconds. */
  timestamp?: unknown;
  body: Buffer;
}

const KINDS = new Set<unknown>(["missed", "clock", "job", "run", "notice", "mark"]);

/** What a message of the ledger says. Whatever somebody put there: never an exception. */
export function decodeRecordMessage(message: LedgerMessage): LedgerRecord | LedgerFault {
  const { type, body } = message;
  if (type === "fire") return decodeFireRecord(message);
  // Without a type the body alone decides.
  if (type === undefined || KINDS.has(type)) return decodeRecord(body.toString("utf8"));
  return {
    fault: "unknown-kind",
    reason: `a message of type ${JSON.stringify(type).slice(0, 100)}`,
  };
}

function decodeFireRecord(message: LedgerMessage): FireRecord | LedgerFault {
  const body = readFireBody(message.body);
  if ("problem" in body) {
    return { fault: body.newer ? "newer-version" : "broken", reason: body.problem };
  }
  const target = targetOf(body, message.key);
  if (!target) return { fault: "broken", reason: `the fire of ${body.job} says not where it goes` };
  const headers: Headers = message.headers ?? {};
  const { job, slot } = body;
  const at = publishedAt(headers, message.timestamp);
  const { history, before, ...said } = readHeaders(headers);
  const past = { ...(history.length > 0 ? { history } : {}), ...(before > 0 ? { before } : {}) };
  return { kind: "fire", at, fire: { job, slot, ...said, ...past, target } };
}

type Target = FireRecord["fire"]["target"];

function targetOf(body: FireBody, key: string): Target | undefined {
  const queue = queueOfKey(key);
  if (queue !== undefined) {
    return { kind: "run", queue, ...("payload" in body ? { payload: body.payload } : {}) };
  }
  const { exchange, routing_key, headers, body: said } = Object(body.target);
  const known = typeof exchange === "string" && typeof routing_key === "string";
  if (!known || typeof headers !== "object" || headers === null) return undefined;
  return { kind: "publish", exchange, routingKey: routing_key, headers, body: said };
}

/** AMQP's own timestamp is in whole seconds. */
function publishedAt(headers: Headers, timestamp: unknown): number {
  const seconds = typeof timestamp === "number" ? timestamp * 1000 : undefined;
  return [headers["x-clockd-at"], seconds].find(isInstant) ?? 0;
}
