import { readClock, readJob, readMissed } from "./codec-kinds.ts";
import { readRun } from "./codec-runs.ts";
import { type Fields, fieldsOf, isObject } from "./fields.ts";
import { readNotice } from "./notice-record.ts";
import type { FireRecord, LedgerFault, LedgerRecord } from "./record.ts";

/** The version of the records' format. A reader leaves alone what has a higher one. */
export const RECORD_VERSION = 1;

/** A record as JSON, `{version, kind, at, …}`; instants in ms UTC. Fires are messages of their own. */
export function encodeRecord(record: Exclude<LedgerRecord, FireRecord>): string {
  return JSON.stringify({ version: RECORD_VERSION, ...record });
}

/** What a text in the ledger says. Whatever somebody put there: never an exception. */
export function decodeRecord(text: string): LedgerRecord | LedgerFault {
  const value = parse(text);
  if (!isObject(value)) return broken("the record is not a JSON object");
  const { version } = value;
  if (Number.isSafeInteger(version) && (version as number) > RECORD_VERSION) {
    const reason = `a record of version ${version}, this clockd reads ${RECORD_VERSION}`;
    return { fault: "newer-version", reason };
  }
  if (version !== RECORD_VERSION) return broken('"version" is not a version');
  const fields = fieldsOf(value);
  const kind = fields.text("kind");
  if (fields.fault !== undefined) return broken(fields.fault);
  if (!KINDS.includes(kind)) return unknown(`a record of kind "${kind.slice(0, 100)}"`);
  const record = readKind(kind as Kind, fields.instant("at"), fields);
  if (fields.fault !== undefined) return broken(`a ${kind} record: ${fields.fault}`);
  return record;
}

type Kind = Exclude<LedgerRecord, FireRecord>["kind"];

const KINDS: readonly string[] = [
  "missed",
  "clock",
  "job",
  "run",
  "notice",
  "mark",
] satisfies Kind[];

function readKind(kind: Kind, at: number, fields: Fields): LedgerRecord | LedgerFault {
  switch (kind) {
    case "missed":
      return readMissed(at, fields);
    case "clock":
      return readClock(at, fields);
    case "job":
      return readJob(at, fields);
    case "run":
      return readRun(at, fields);
    case "notice":
      return readNotice(at, fields);
    case "mark":
      return { kind, at, nonce: fields.text("nonce") };
  }
}

function unknown(reason: string): LedgerFault {
  return { fault: "unknown-kind", reason };
}

function broken(reason: string): LedgerFault {
  return { fault: "broken", reason };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
