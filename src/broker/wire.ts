import { createHash } from "node:crypto";
import { type Fire, fireId, formatSlot, type PublishTarget } from "../ledger/fire.ts";
import type { WireProblem, WorkerFire } from "./broker.ts";

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
  type: "fire";
  appId: "clockd";
  contentType: "application/json";
  persistent: true;
  headers: Record<string, unknown>;
}

/**
 * A fire as a message. For a worker the body is `{version, job, slot, payload?}`; for another
 * service it is the job's own body. `now` (ms) is when it is published.
 */
export function encodeFire(fire: Fire, now: number): WireMessage {
  const slot = formatSlot(fire.slot);
  const id = fireId(fire.job, fire.slot);
  const body =
    fire.target.kind === "run"
      ? { version: WIRE_VERSION, job: fire.job, slot, payload: fire.target.payload }
      : fire.target.body;
  return {
    body: Buffer.from(JSON.stringify(body ?? null)),
    properties: {
      messageId: id,
      timestamp: Math.floor(now / 1000),
      type: "fire",
      appId: "clockd",
      contentType: "application/json",
      persistent: true,
      headers: headersOf(fire, slot, id),
    },
  };
}

function headersOf(fire: Fire, slot: string, id: string): Record<string, unknown> {
  const headers: Record<string, unknown> = {
    ...(fire.target as Partial<PublishTarget>).headers,
    "x-clockd-job": fire.job,
    "x-clockd-slot": slot,
    "x-clockd-attempt": fire.attempt,
    "x-clockd-config": fire.config,
    traceparent: traceparent(id),
  };
  if (fire.catchUp) headers["x-clockd-catch-up"] = true;
  if (fire.maybeDuplicate) headers["x-clockd-maybe-duplicate"] = true;
  return headers;
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

/** What a message from a work queue says. Headers that are missing have their defaults. */
export function decodeFire(
  body: Buffer,
  headers: Readonly<Record<string, unknown>> = {},
): WorkerFire | WireProblem {
  const value = parseJson(body);
  if (value === undefined) return { problem: "the body is not JSON" };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { problem: "the body is not a JSON object" };
  }
  const { version, job, slot, payload } = value as Record<string, unknown>;
  if (typeof job !== "string" || !JOB_NAME.test(job)) return { problem: "the body has no job" };
  if (version !== WIRE_VERSION) {
    const got = JSON.stringify(version) ?? "none";
    return { problem: `the body's version is ${got}, this worker reads ${WIRE_VERSION}`, job };
  }
  const instant = typeof slot === "string" && /^\d{4}-.*Z$/.test(slot) ? Date.parse(slot) : NaN;
  if (Number.isNaN(instant)) return { problem: "the body's slot is not a UTC date-time", job };
  const id = fireId(job, instant);
  return {
    job,
    slot: instant,
    id,
    attempt: attemptOf(headers["x-clockd-attempt"]),
    config: textOf(headers["x-clockd-config"]) ?? "",
    catchUp: headers["x-clockd-catch-up"] === true,
    maybeDuplicate: headers["x-clockd-maybe-duplicate"] === true,
    traceparent: textOf(headers.traceparent) ?? traceparent(id),
    ...(payload === undefined ? {} : { payload }),
  };
}

export function isWireProblem(content: WorkerFire | WireProblem): content is WireProblem {
  return "problem" in content;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function attemptOf(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) >= 1 ? (value as number) : 1;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
