import {
  clip,
  type Fields,
  isInstant,
  isJobName,
  isListOf,
  isProse,
  isShallow,
  isText,
} from "./fields.ts";
import {
  type ClockRecord,
  HIGHEST_EPOCH,
  type JobRecord,
  type LedgerFault,
  type MissedRecord,
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

const DAY_MS = 86_400_000;

/** A trigger's slot is the moment at which it was asked for, give or take a wrong clock. */
function nearby(value: unknown, at: number): number | undefined {
  return isInstant(value) && Math.abs(value - at) <= DAY_MS ? value : undefined;
}

function epochOf(fields: Fields): number {
  return fields.count("epoch", 1, HIGHEST_EPOCH);
}

/** An event that is no text is broken, and `fields` knows. */
export function unknownEvent(kind: string, event: string): LedgerFault {
  return {
    fault: "unknown-kind",
    reason: `a ${kind} record of event "${String(event).slice(0, 100)}"`,
  };
}

/** It is to be written again, as part of a fire. */
function isPayload(value: unknown): value is unknown {
  return isShallow(value);
}
