import { unknownEvent } from "./codec-kinds.ts";
import {
  clip,
  type Fields,
  fieldsOf,
  isCount,
  isFlag,
  isInstant,
  isListOf,
  isObject,
  isProse,
  isShallow,
  isText,
  isWhole,
  oneOf,
  orNothing,
  orNull,
} from "./fields.ts";
import type { LedgerFault } from "./record.ts";
import {
  type FinishedRecord,
  type Kept,
  OVERLAPS,
  type Overlap,
  type RunEnd,
  type RunRecord,
  type SkippedRecord,
} from "./run-record.ts";

/** Reads a record of a run. `fields` knows if something is wrong. */
export function readRun(at: number, fields: Fields): RunRecord | LedgerFault {
  const event = fields.text("event");
  const worker = () => fields.text("worker");
  if (event === "alive") {
    const claims = fields.get("claims", isListOf(isText), "a list of claims");
    return { kind: "run", at, event, worker: worker(), claims };
  }
  if (!EVENTS.has(event)) return unknownEvent("run", event);
  const [job, fire] = [fields.job("job"), fields.text("fire")];
  const base = { kind: "run", at, job, fire, worker: worker() } as const;
  const nonce = () => fields.text("nonce");
  const message = () => fields.count("message", 1);
  const reason = () => clip(fields.get("reason", isProse, "a text"));
  switch (event) {
    case "claimed": {
      const [copy, redelivered] = [fields.text("copy"), fields.flag("redelivered")];
      const overlap = oneOf<Overlap>(fields, "overlap", OVERLAPS);
      return { ...base, event, nonce: nonce(), message: message(), copy, redelivered, overlap };
    }
    case "started":
    case "parked":
    case "lost":
      return { ...base, event, nonce: nonce() };
    case "kept":
      return { ...base, event, nonce: nonce(), ...readKept(fields) };
    case "finished":
      return { ...base, event, ...readFinished(fields) };
    case "skipped":
      return { ...base, event, message: message(), ...readSkipped(fields) };
    case "dropped":
      return { ...base, event, message: message(), reason: reason() };
    case "buried":
      return { ...base, event, message: message(), reason: reason(), ...readNonce(fields) };
    default:
      return { ...base, event: "cancel", by: fields.text("by") };
  }
}

type Event = RunRecord["event"];

const EVENTS: ReadonlySet<string> = new Set<Event>([
  ...(["claimed", "started", "kept", "parked", "finished", "skipped"] as const),
  ...(["dropped", "buried", "lost", "cancel"] as const),
]);
const WHYS: readonly SkippedRecord["why"][] = ["overlap", "expired", "cancelled", "replaced"];
const ENDS: readonly RunEnd[] = ["done", "retry", "dead", "given-back", "cancelled", "replaced"];

type Own<R> = Omit<R, "kind" | "at" | "event" | "job" | "fire" | "worker">;

/** Undefined: it is not what is needed to fire a run again. */
export function keptOf(value: unknown): Kept | undefined {
  if (!isObject(value)) return undefined;
  const fields = fieldsOf(value);
  const kept = readKept(fields);
  return fields.fault === undefined ? kept : undefined;
}

function readKept(fields: Fields): Kept {
  const payload = fields.get("payload", isPayload, "flat enough");
  return {
    ...{ message: fields.count("message", 1), queue: fields.text("queue") },
    ...{ config: fields.text("config"), catchUp: fields.flag("catchUp") },
    ...{ triggered: fields.flag("triggered"), before: fields.count("before", 0) },
    history: fields.get("history", isListOf(isText), "a list of texts"),
    ...(payload === undefined ? {} : { payload }),
  };
}

function readFinished(fields: Fields): Own<FinishedRecord> {
  const reason = fields.get("reason", orNothing(isProse), "a text");
  const retryIn = fields.get("retryIn", orNothing(isAmount), "a whole number of at least 0");
  return {
    ...{ nonce: fields.text("nonce"), message: fields.count("message", 1) },
    ...{ attempt: fields.count("attempt", 1), ok: fields.flag("ok") },
    outcome: fields.text("outcome"),
    exitCode: fields.get("exitCode", orNull(isWhole), "a whole number or null"),
    signal: fields.get("signal", orNull(isText), "a text or null"),
    ...{ startedAt: fields.instant("startedAt"), endedAt: fields.instant("endedAt") },
    end: oneOf<RunEnd>(fields, "end", ENDS),
    ...(retryIn === undefined ? {} : { retryIn }),
    ...(fields.has("kept") ? { kept: fields.take("kept", keptOf, "what to fire again") } : {}),
    ...(reason === undefined ? {} : { reason: clip(reason) }),
    ...readUsage(fields),
    ...readTail(fields),
  };
}

function readSkipped(fields: Fields): Omit<Own<SkippedRecord>, "message"> {
  const by = fields.get("by", orNothing(isText), "a text");
  const since = fields.get("since", orNothing(isInstant), "an instant");
  return {
    why: oneOf<SkippedRecord["why"]>(fields, "why", WHYS),
    ...readNonce(fields),
    ...(by === undefined ? {} : { by }),
    ...(since === undefined ? {} : { since }),
  };
}

function readNonce(fields: Fields): { nonce?: string } {
  const nonce = fields.get("nonce", orNothing(isText), "a text");
  return nonce === undefined ? {} : { nonce };
}

function readUsage(fields: Fields): Pick<FinishedRecord, "pid" | "cpuTime" | "maxMemory"> {
  const usage: Pick<FinishedRecord, "pid" | "cpuTime" | "maxMemory"> = {};
  for (const name of ["pid", "cpuTime", "maxMemory"] as const) {
    const value = fields.get(name, orNothing(isAmount), "a whole number of at least 0");
    if (value !== undefined) usage[name] = value;
  }
  return usage;
}

function readTail(fields: Fields): Pick<FinishedRecord, "tail" | "tailCut"> {
  const tail = fields.get("tail", orNothing(isProse), "a text");
  const isCut = fields.get("tailCut", orNothing(isFlag), "true or false");
  if (tail === undefined) return {};
  const kept = tail.slice(-LONGEST_TAIL);
  return { tail: kept, ...(isCut || kept.length < tail.length ? { tailCut: true } : {}) };
}

/** More than any worker writes. */
const LONGEST_TAIL = 8 * 1024;

function isAmount(value: unknown): value is number {
  return isCount(value, 0, Number.MAX_SAFE_INTEGER);
}

/** It is to be written again, as part of a fire. */
function isPayload(value: unknown): value is unknown {
  return isShallow(value);
}
