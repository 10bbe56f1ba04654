import {
  clip,
  type Fields,
  isCount,
  isFlag,
  isInstant,
  isJobName,
  isListOf,
  isProse,
  isShallow,
  isText,
  isWhole,
  orNothing,
  orNull,
} from "./fields.ts";
import {
  type ClockRecord,
  HIGHEST_EPOCH,
  type JobRecord,
  type LedgerFault,
  type MissedRecord,
  type RunRecord,
} from "./record.ts";

// Each reads one kind of record. `fields` knows if something is wrong.

export function readMissed(at: number, fields: Fields): MissedRecord | LedgerFault {
  const record: MissedRecord = {
    kind: "missed",
    at,
    epoch: epochOf(fields),
    job: fields.job("job"),
    count: fields.count("count", 1),
    first: fields.instant("first"),
    last: fields.instant("last"),
    reason: clip(fields.get("reason", isProse, "a text")),
  };
  return record.first <= record.last
    ? record
    : { fault: "broken", reason: "a missed record: it ends before it begins" };
}

export function readClock(at: number, fields: Fields): ClockRecord | LedgerFault {
  const clock = fields.text("clock");
  const event = fields.text("event");
  const base = { kind: "clock", at, clock } as const;
  switch (event) {
    case "leading": {
      const [nonce, config] = [fields.text("nonce"), fields.text("config")];
      return { ...base, event, epoch: epochOf(fields), nonce, config };
    }
    case "progress":
    case "resigned": {
      const open = fields.get("open", isListOf(isText), "a list of fires");
      const [settled, caughtUp] = [fields.instant("settled"), fields.flag("caughtUp")];
      return { ...base, event, epoch: epochOf(fields), settled, caughtUp, open };
    }
    case "standing-by":
    case "left":
      return { ...base, event };
    default:
      return unknownEvent("clock", event);
  }
}

export function readJob(at: number, fields: Fields): JobRecord | LedgerFault {
  const event = fields.text("event");
  const base = { kind: "job", at } as const;
  const jobs = () => fields.get("jobs", isListOf(isJobName), "a list of names of jobs");
  switch (event) {
    case "added":
      return { ...base, event, jobs: jobs(), after: fields.instant("after") };
    case "removed":
      return { ...base, event, jobs: jobs() };
    case "renamed":
      return { ...base, event, job: fields.job("job"), from: fields.job("from") };
    case "paused":
    case "resumed":
      return { ...base, event, job: fields.job("job"), by: fields.text("by") };
    case "triggered": {
      const payload = fields.get("payload", isPayload, "flat enough");
      const more = payload === undefined ? {} : { payload };
      const slot = fields.take("slot", (value) => nearby(value, at), "an instant near `at`");
      return { ...base, event, job: fields.job("job"), slot, by: fields.text("by"), ...more };
    }
    default:
      return unknownEvent("job", event);
  }
}

export function readRun(at: number, fields: Fields): RunRecord | LedgerFault {
  const event = fields.text("event");
  if (event !== "finished") return unknownEvent("run", event);
  const reason = fields.get("reason", orNothing(isProse), "a text");
  return {
    kind: "run",
    at,
    event,
    job: fields.job("job"),
    fire: fields.text("fire"),
    attempt: fields.count("attempt", 1),
    ok: fields.flag("ok"),
    outcome: fields.text("outcome"),
    exitCode: fields.get("exitCode", orNull(isWhole), "a whole number or null"),
    signal: fields.get("signal", orNull(isText), "a text or null"),
    startedAt: fields.instant("startedAt"),
    endedAt: fields.instant("endedAt"),
    worker: fields.text("worker"),
    ...(reason === undefined ? {} : { reason: clip(reason) }),
    ...readUsage(fields),
    ...readTail(fields),
  };
}

/** Records of before have none of it. */
function readUsage(fields: Fields): Pick<RunRecord, "pid" | "cpuTime" | "maxMemory"> {
  const usage: Pick<RunRecord, "pid" | "cpuTime" | "maxMemory"> = {};
  for (const name of ["pid", "cpuTime", "maxMemory"] as const) {
    const value = fields.get(name, orNothing(isAmount), "a whole number of at least 0");
    if (value !== undefined) usage[name] = value;
  }
  return usage;
}

function readTail(fields: Fields): Pick<RunRecord, "tail" | "tailCut"> {
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

const DAY_MS = 86_400_000;

/** A trigger's slot is the moment at which it was asked for, give or take a wrong clock. */
function nearby(value: unknown, at: number): number | undefined {
  return isInstant(value) && Math.abs(value - at) <= DAY_MS ? value : undefined;
}

function epochOf(fields: Fields): number {
  return fields.count("epoch", 1, HIGHEST_EPOCH);
}

/** An event that is no text is broken, and `fields` knows. */
function unknownEvent(kind: string, event: string): LedgerFault {
  return {
    fault: "unknown-kind",
    reason: `a ${kind} record of event "${String(event).slice(0, 100)}"`,
  };
}

/** It is to be written again, as part of a fire. */
function isPayload(value: unknown): value is unknown {
  return isShallow(value);
}
