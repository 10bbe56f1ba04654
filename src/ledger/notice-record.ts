import type { Instant } from "../clock/time.ts";
import { clip, type Fields, isCount, isProse, isText, orNothing } from "./fields.ts";
import type { LedgerFault } from "./record.ts";

/** Occasions on which people are told something, and the ping that follows every run. */
export type Occasion = "failure" | "recovery" | "missed" | "long" | "ping";

/** That somebody was told of something, or could not be. Nothing else follows from it. */
export type NoticeRecord = NoticeClaim | NoticeEnd;

/** A worker is about to tell of missed slots, which every worker can see: the first claim counts. */
export interface NoticeClaim {
  kind: "notice";
  at: Instant;
  event: "claimed";
  notice: "missed";
  job: string;
  /** Of the record of the missed slots. */
  first: Instant;
  last: Instant;
  worker: string;
  /** The writer knows its own claim by it. */
  nonce: string;
}

export interface NoticeEnd {
  kind: "notice";
  at: Instant;
  event: "sent" | "failed";
  notice: Occasion;
  job: string;
  /** Undefined: it is about no single fire. */
  fire?: string;
  attempt?: number;
  by: "webhook" | "command" | "ping";
  /** The host of an address, or the name of a program: nothing that may be a secret. */
  to: string;
  /** How often it was tried. */
  tries: number;
  worker: string;
  /** Why it failed. */
  reason?: string;
}

const OCCASIONS: readonly string[] = ["failure", "recovery", "missed", "long", "ping"];
const WAYS: readonly string[] = ["webhook", "command", "ping"];

/** Reads such a record. `fields` knows if something is wrong. */
export function readNotice(at: number, fields: Fields): NoticeRecord | LedgerFault {
  const event = fields.text("event");
  const base = {
    kind: "notice",
    at,
    job: fields.job("job"),
    worker: fields.text("worker"),
  } as const;
  if (event === "claimed") {
    const [first, last] = [fields.instant("first"), fields.instant("last")];
    const notice = fields.get("notice", (value) => value === "missed", '"missed"');
    return { ...base, event, notice, first, last, nonce: fields.text("nonce") };
  }
  if (event !== "sent" && event !== "failed") {
    const reason = `a notice record of event "${String(event).slice(0, 100)}"`;
    return { fault: "unknown-kind", reason };
  }
  return { ...base, event, ...readEnd(fields) };
}

function readEnd(fields: Fields) {
  const fire = fields.get("fire", orNothing(isText), "a text");
  const attempt = fields.get("attempt", orNothing(isAttempt), "a whole number of at least 1");
  const reason = fields.get("reason", orNothing(isProse), "a text");
  return {
    notice: fields.get("notice", isOccasion, "an occasion"),
    ...(fire === undefined ? {} : { fire }),
    ...(attempt === undefined ? {} : { attempt }),
    by: fields.get("by", isWay, "a way"),
    to: fields.text("to"),
    tries: fields.count("tries", 0),
    ...(reason === undefined ? {} : { reason: clip(reason) }),
  };
}

function isAttempt(value: unknown): value is number {
  return isCount(value, 1, Number.MAX_SAFE_INTEGER);
}

function isOccasion(value: unknown): value is Occasion {
  return OCCASIONS.includes(value as string);
}

function isWay(value: unknown): value is NoticeEnd["by"] {
  return WAYS.includes(value as string);
}
