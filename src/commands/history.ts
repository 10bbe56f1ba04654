import type { Instant } from "../clock/time.ts";
import { parseDuration } from "../config/duration.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { counted } from "../schedule/words.ts";
import type { Zone } from "../schedule/zone.ts";
import { itemOf } from "./history-items.ts";
import { type Found, readHistory, type Wanted } from "./history-read.ts";
import { wordsOf } from "./history-words.ts";
import { EXIT } from "./host.ts";
import { readLedger } from "./ledger-now.ts";
import type { LedgerFlags } from "./ledger-plan.ts";
import { type LedgerIo, type Session, withLedger } from "./ledger-session.ts";
import { timeText } from "./ledger-words.ts";
import { isRefusal, meantHint, type Refusal, usage } from "./refusal.ts";
import { isColored, readFlag, readZone, refuse } from "./show.ts";
import { textTable } from "./table.ts";

export interface HistoryOptions extends LedgerFlags {
  job: string | undefined;
  /** As written. */
  since: string | undefined;
  until: string | undefined;
  timezone: string | undefined;
  limit: number;
  json: boolean;
}

/** `clockd history`: what happened, from the ledger, oldest first. Resolves with an exit code. */
export async function history(options: HistoryOptions, io: LedgerIo): Promise<number> {
  const zone = readZone(options.timezone);
  if ("code" in zone) return refuse(zone, io);
  const wanted = readWanted(options, zone, io.time.now());
  if (isRefusal(wanted)) return refuse(wanted, io);
  return withLedger(options, io, async (session) => {
    const found = await readHistory(session, io, wanted);
    if (isRefusal(found)) return found;
    const unknown = await checkJob(wanted.job, found, session, io);
    if (unknown) return unknown;
    if (options.json) printJson(found.records, io);
    else if (found.records.length > 0) io.out(`${tableOf(found.records, zone, isColored(io))}\n`);
    sayMore(found, wanted, io);
    return EXIT.ok;
  });
}

function readWanted(
  { job, since = "-24h", until, limit, json: tails }: HistoryOptions,
  zone: Zone,
  now: Instant,
): Wanted | Refusal {
  // `10m` can only mean ten minutes ago.
  const word = parseDuration(since) === undefined ? since : `-${since}`;
  const from = readFlag("--since", word, { zone, now, base: now });
  if (typeof from === "object") return from;
  if (until === undefined) return { job, since: from, until: Infinity, limit, tails };
  const base = until.startsWith("-") ? now : from;
  const to = readFlag("--until", until, { zone, now, base });
  if (typeof to === "object") return to;
  if (to < from) return usage("--until is before --since");
  return { job, since: from, until: to, limit, tails };
}

/** A job of which nothing happened need not be unknown. */
async function checkJob(
  job: string | undefined,
  { records, jobs }: Found,
  { link }: Session,
  io: LedgerIo,
): Promise<Refusal | undefined> {
  if (job === undefined || records.length > 0) return undefined;
  const follower = await readLedger(link, io);
  if (isRefusal(follower)) return follower;
  const known = new Set([...follower.state.jobs.keys(), ...jobs]);
  if (known.has(job)) return undefined;
  return usage(`there is no job "${job}" in the ledger${meantHint(job, known)}`);
}

function printJson(records: readonly LedgerRecord[], { out }: LedgerIo): void {
  for (const record of records) out(`${JSON.stringify(itemOf(record))}\n`);
}

const HEAD = ["TIME", "EVENT", "JOB", "WHAT"];

function tableOf(records: readonly LedgerRecord[], zone: Zone, color: boolean): string {
  const rows = records.map((record) => {
    const { job, words } = wordsOf(record);
    return [timeText(record.at, zone), itemOf(record)!.event, job, words];
  });
  return textTable(HEAD, rows, color);
}

function sayMore({ records, left, faults }: Found, { limit }: Wanted, { err }: LedgerIo): void {
  if (records.length === 0) err("clockd: nothing happened in that time\n");
  if (left > 0) {
    err(`clockd: only the newest ${limit} are shown, ${left} more are older: --limit shows more\n`);
  }
  if (faults > 0) err(`clockd: ${counted(faults, "record")} could not be understood\n`);
}
