import { createHash } from "node:crypto";
import { isShallow } from "../ledger/fields.ts";
import { type Fire, fireId, formatSlot, type PublishTarget } from "../ledger/fire.ts";
import type { WireProblem, WorkerFire } from "./broker.ts";
import { fireHeaders, type Headers, readHeaders, textOf } from "./wire-headers.ts";

/** The version of the body's format. A worker refuses a body with another one. */
export const WIRE_VERSION = 1;

/** A message as any AMQP library has it. */
export interface WireMessage {
  body: Buffer;
  properties: WireProperties;
}

/** AMQP 0-9-1 basic properties (section 1.8 of the protocol's reference), as amqplib names them. */
export interface WireProperties {
  messageId: string;
  /** Seconds since the epoch, as AMQP has it. */
  timestamp: number;
  /** `fire` or another kind of record. */
  type: string;
  appId: "clockd";
  contentType: string;
  persistent: true;
  headers: Record<string, unknown>;
}

/**
 * A fire as a message. For a worker the body is `{version, job, slot, payload?}`; for another
 * service it is the job's own body. `now` (ms) is when it is published.
 */
export function encodeFire(fire: Fire, now: number): WireMessage {
  const { target } = fire;
  if (target.kind === "run") return message(fire, now, { payload: target.payload });
  return { ...message(fire, now, {}, target.headers), body: json(target.body) };
}

/**
 * What the ledger has of a fire to another service: the same properties as that message, and the
 * body `{version, job, slot, target}` with where it goes and what it says there.
 */
export function encodePublishFire(fire: Fire, target: PublishTarget, now: number): WireMessage {
  const { exchange, routingKey: routing_key, headers, body } = target;
  return message(fire, now, { target: { exchange, routing_key, headers, body } });
}

function message(fire: Fire, now: number, more: object, headers: object = {}): WireMessage {
  const slot = formatSlot(fire.slot);
  const id = fireId(fire.job, fire.slot);
  return {
    body: json({ version: WIRE_VERSION, job: fire.job, slot, ...more }),
    properties: {
      messageId: id,
      timestamp: Math.floor(now / 1000),
      type: "fire",
      appId: "clockd",
      contentType: "application/json",
      persistent: true,
      headers: {
        ...headers,
        "x-clockd-job": fire.job,
        "x-clockd-slot": slot,
        traceparent: traceparent(id),
        ...fireHeaders(fire, now),
      },
    },
  };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value ?? null));
}

/**
 * The W3C trace context (https://www.w3.org/TR/trace-context/) of a fire, made from its id: every
 * copy of a fire, from whichever clock, belongs to the same trace.
 */
export function traceparent(id: string): string {
  const hash = createHash("sha256").update(id).digest("hex");
  return `00-${hash.slice(0, 32)}-${hash.slice(32, 48)}-01`;
}

/** What a job may be called; anything else is nobody's. */
const JOB_NAME = /^[a-z0-9._-]{1,100}$/;

/** The body of a fire, whoever reads it. */
export interface FireBody {
  job: string;
  slot: number;
  payload?: unknown;
  target?: unknown;
}

/** Reads the body of a fire. `newer`: it is of a version that is not known yet. */
export function readFireBody(body: Buffer): FireBody | (WireProblem & { newer?: true }) {
  const value = parseJson(body);
  if (value === undefined) return { problem: "the body is not JSON" };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { problem: "the body is not a JSON object" };
  }
  const { version, job, slot, payload, target } = value as Record<string, unknown>;
  if (typeof job !== "string" || !JOB_NAME.test(job)) {
    return { problem: "the body has no job", ...newerThan(version) };
  }
  if (version !== WIRE_VERSION) {
    const got = JSON.stringify(version) ?? "none";
    const problem = `the body's version is ${got}, this clockd reads ${WIRE_VERSION}`;
    return { problem, job, ...newerThan(version) };
  }
  const instant = typeof slot === "string" && /^\d{4}-.*Z$/.test(slot) ? Date.parse(slot) : NaN;
  if (Number.isNaN(instant)) return { problem: "the body's slot is not a UTC date-time", job };
  // What was read could not be written again: it would end whoever passes it on.
  if (!isShallow(payload) || !isShallow(target))
    return { problem: "the body is nested too deep", job };
  return {
    job,
    slot: instant,
    ...(payload === undefined ? {} : { payload }),
    ...(target === undefined ? {} : { target }),
  };
}

function newerThan(version: unknown): { newer?: true } {
  return Number.isSafeInteger(version) && (version as number) > WIRE_VERSION ? { newer: true } : {};
}

/** What a message from a work queue says. Headers that are missing have their defaults. */
export function decodeFire(body: Buffer, headers: Headers = {}): WorkerFire | WireProblem {
  const read = readFireBody(body);
  if ("problem" in read) {
    const { newer: _, ...problem } = read;
    return problem;
  }
  const { job, slot } = read;
  const id = fireId(job, slot);
  return {
    job,
    slot,
    id,
    ...readHeaders(headers),
    traceparent: textOf(headers.traceparent) ?? traceparent(id),
    ...("payload" in read ? { payload: read.payload } : {}),
  };
}

export function isWireProblem(content: WorkerFire | WireProblem): content is WireProblem {
  return "problem" in content;
}

/** Not `Buffer`'s own, which makes something of bytes that are no text. */
const UTF8 = new TextDecoder("utf-8", { fatal: true });

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(UTF8.decode(body));
  } catch {
    return undefined;
  }
}
