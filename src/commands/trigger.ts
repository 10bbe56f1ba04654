import type { Follower } from "../clock/follower.ts";
import type { Instant } from "../clock/time.ts";
import { fireId } from "../ledger/fire.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { firstOf } from "../worker/after.ts";
import { EXIT } from "./host.ts";
import { readJson } from "./json-fault.ts";
import { appendAndRead, readLedger } from "./ledger-now.ts";
import type { LedgerFlags } from "./ledger-plan.ts";
import { type LedgerIo, type Session, withLedger } from "./ledger-session.ts";
import { leaderWords, personOf } from "./ledger-words.ts";
import { isRefusal, meantHint, type Refusal, usage } from "./refusal.ts";
import { refuse } from "./show.ts";
import { plain } from "./table.ts";

export interface TriggerOptions extends LedgerFlags {
  job: string;
  /** JSON, or `-` for standard input; undefined: the job's own payload. */
  payload: string | undefined;
  /** How long to wait for a clock to fire it. ms. */
  wait: number;
  json: boolean;
}

/**
 * `clockd trigger`: asks the leading clock to fire a job now, out of turn. Resolves with an exit code:
 * 0 when it was fired or is recorded, for then it must not be asked for again; 1 when the clock will
 * not fire it.
 */
export async function trigger(options: TriggerOptions, io: LedgerIo): Promise<number> {
  const payload = await readPayload(options.payload, io);
  if (isRefusal(payload)) return refuse(payload, io);
  return withLedger(options, io, async (session) => {
    const follower = await readLedger(session.link, io);
    if (isRefusal(follower)) return follower;
    const unknown = checkJob(options.job, follower, session);
    if (unknown) return unknown;
    const slot = outOfTurn(io.time.now());
    const answer = watchFor(options.job, slot, follower);
    const record = { job: options.job, slot, by: personOf(io), ...payload };
    const failed = await appendAndRead(session.link, follower, io, [
      { kind: "job", at: slot, event: "triggered", ...record },
    ]);
    if (failed) return failed;
    await firstOf([answer.promise, session.link.lost], options.wait);
    return tell(options, slot, answer.value, follower, io);
  });
}

async function readPayload(
  text: string | undefined,
  { readStdin }: LedgerIo,
): Promise<{ payload?: unknown } | Refusal> {
  if (text === undefined) return {};
  const read = readJson(text === "-" ? String(await readStdin()) : text);
  if ("value" in read) return { payload: read.value };
  const where = text === "-" ? "standard input" : "--payload";
  return usage(`${where} is not JSON from line ${read.line}, column ${read.column} on`);
}

function checkJob(job: string, { state }: Follower, { file }: Session): Refusal | undefined {
  const inFile = "config" in file ? [...file.config.jobs.keys()] : [];
  const known = new Set([...state.jobs.keys(), ...inFile]);
  if (known.has(job)) return undefined;
  return usage(`there is no job "${job}"${meantHint(job, known)}`);
}

/** Never on a whole second, for there a schedule may have a slot of its own. */
function outOfTurn(now: Instant): Instant {
  return now % 1000 === 0 ? now + 1 : now;
}

/** What became of it. */
type Answer = { kind: "fired" } | { kind: "missed"; reason: string };

interface Watch {
  promise: Promise<unknown>;
  /** Undefined: nothing yet. */
  value: Answer | undefined;
}

function watchFor(job: string, slot: Instant, follower: Follower): Watch {
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch: Watch = { promise, value: undefined };
  follower.onRecord = (record) => {
    watch.value ??= answerIn(record, job, slot);
    if (watch.value) resolve();
  };
  return watch;
}

function answerIn(record: LedgerRecord, job: string, slot: Instant): Answer | undefined {
  if (record.kind === "fire") {
    return record.fire.job === job && record.fire.slot === slot ? { kind: "fired" } : undefined;
  }
  if (record.kind !== "missed" || record.job !== job || record.first !== slot) return undefined;
  return { kind: "missed", reason: record.reason };
}

/** The fire's id is on standard output whenever the request stands. */
function tell(
  { job, json }: TriggerOptions,
  slot: Instant,
  answer: Answer | undefined,
  { state }: Follower,
  { out, err, time }: LedgerIo,
): number {
  const fire = fireId(job, slot);
  const reason = answer?.kind === "missed" ? answer.reason : null;
  if (json) {
    const leader = state.leader?.clock ?? null;
    out(`${JSON.stringify({ fire, job, state: answer?.kind ?? "recorded", reason, leader })}\n`);
  } else if (reason === null) {
    out(`${fire}\n`);
  }
  if (reason !== null) {
    err(`clockd: ${fire} was not fired: ${plain(reason)}\n`);
    return EXIT.problems;
  }
  if (!answer) {
    const who = leaderWords(state, time.now());
    err(`clockd: it is recorded, and no clock has fired it yet: ${plain(who)}\n`);
  }
  return EXIT.ok;
}
