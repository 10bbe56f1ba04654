import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { createGzip, gunzip } from "node:zlib";
import { fieldsOf, isObject } from "./fields.ts";
import type { LedgerFault } from "./record.ts";
import { packHead, unpackHead } from "./snapshot-head.ts";
import { packJob, unpackJob } from "./snapshot-job.ts";
import type { JobState, LedgerState } from "./state.ts";

/** The version of the snapshots' format. A reader leaves alone what has a higher one. */
const SNAPSHOT_VERSION = 1;
/** More than a million jobs. bytes. */
const LARGEST = 256 * 1024 * 1024;
/** Jobs of one line. */
const JOBS_AT_ONCE = 500;
/** Fast, and small enough. */
const LEVEL = 4;

/**
 * What `state` says now, in gzip'd lines of JSON: first `{version, …}`, then lists of jobs. What
 * happens to the state after the call is not in it. Others have their turn between lines.
 */
export async function encodeSnapshot(state: LedgerState): Promise<Uint8Array> {
  const head = { version: SNAPSHOT_VERSION, jobs: state.jobs.size, ...packHead(state) };
  const jobs = Array.from(state.jobs, ([name, job]) => [name, copyOf(job)] as const);
  const lines = linesOf(JSON.stringify(head), jobs);
  const zipped = Readable.from(lines).pipe(createGzip({ level: LEVEL }));
  return Buffer.concat(await Array.fromAsync(zipped));
}

async function* linesOf(head: string, jobs: readonly (readonly [string, JobState])[]) {
  yield `${head}\n`;
  for (let at = 0; at < jobs.length; at += JOBS_AT_ONCE) {
    await setImmediate();
    const rows = jobs.slice(at, at + JOBS_AT_ONCE).map(([name, job]) => packJob(name, job));
    yield `${JSON.stringify(rows)}\n`;
  }
}

/** Gaps are changed in place; everything else of a job is replaced. */
function copyOf(job: JobState): JobState {
  return { ...job, owed: job.owed.map(({ after, until }) => ({ after, until })) };
}

/** The state that was written, or why it cannot be read. Whatever the bytes are: never an exception. */
export async function decodeSnapshot(bytes: Uint8Array): Promise<LedgerState | LedgerFault> {
  const text = await promisify(gunzip)(bytes, { maxOutputLength: LARGEST }).catch(() => undefined);
  if (!text) return broken("it is not gzip'd, or too large");
  const lines = parsedLines(text);
  const head = lines.next().value;
  if (!isObject(head)) return broken("it does not begin with a JSON object");
  const { version } = head;
  if (Number.isSafeInteger(version) && (version as number) > SNAPSHOT_VERSION) {
    const reason = `a snapshot of version ${version}, this clockd reads ${SNAPSHOT_VERSION}`;
    return { fault: "newer-version", reason };
  }
  if (version !== SNAPSHOT_VERSION) return broken('"version" is not a version');
  const fields = fieldsOf(head);
  const state = unpackHead(fields, head);
  const count = fields.count("jobs", 0);
  if (fields.fault !== undefined) return broken(fields.fault);
  for (const rows of lines) {
    await setImmediate();
    if (!Array.isArray(rows) || !rows.every((row) => addJob(state, row))) {
      return broken("a job is not what it should be");
    }
  }
  return state.jobs.size === count ? state : broken(`it has ${state.jobs.size} of ${count} jobs`);
}

/** False: it is none. */
function addJob({ jobs, owing }: LedgerState, row: unknown): boolean {
  const read = unpackJob(row);
  if (!read) return false;
  const [name, job] = read;
  jobs.set(name, job);
  if (job.owed.length > 0) owing.add(name);
  return true;
}

/** Undefined: a line that is no JSON. */
function* parsedLines(text: Buffer): Generator<unknown, undefined> {
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf(10, at);
    const end = found < 0 ? text.length : found;
    yield parse(text.subarray(at, end));
    at = end + 1;
  }
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    return undefined;
  }
}

function broken(reason: string): LedgerFault {
  return { fault: "broken", reason: `a snapshot: ${reason}` };
}
