import { isBrokerProblem, type LedgerEntry } from "../broker/broker.ts";
import type { Instant } from "../clock/time.ts";
import { isFault, type LedgerRecord } from "../ledger/record.ts";
import { isAbout, itemOf, jobsIn } from "./history-items.ts";
import { appendAndRead } from "./ledger-now.ts";
import { brokerRefusal, type LedgerIo, type Session } from "./ledger-session.ts";
import type { Refusal } from "./refusal.ts";

/** What of the ledger is wanted. */
export interface Wanted {
  job: string | undefined;
  /** Both by the writers' wall clocks, and both included. */
  since: Instant;
  until: Instant;
  /** The newest so many. */
  limit: number;
  /** Whether what runs have put out is wanted too: it may be much. */
  tails: boolean;
}

export interface Found {
  /** In the order of the ledger. */
  records: LedgerRecord[];
  /** Older ones that were left out because of the limit. */
  left: number;
  /** Records that could not be understood. */
  faults: number;
  /** The jobs that were named in that time. */
  jobs: ReadonlySet<string>;
}

/** The machines' clocks may differ by so much from the broker's, by which it finds the place. ms. */
const SKEW_MS = 300_000;

/** Reads what is wanted, up to the ledger's present end. */
export async function readHistory(
  session: Session,
  io: LedgerIo,
  wanted: Wanted,
): Promise<Found | Refusal> {
  const collector = createCollector(wanted);
  const refusal = await readSince(session, io, wanted.since, ({ content }) => {
    if (isFault(content)) collector.fault();
    else collector.take(content);
  });
  return refusal ?? collector.found();
}

/** Hands over the entries of the ledger from some time before `since` to its present end. */
export async function readSince(
  { link }: Session,
  io: LedgerIo,
  since: Instant,
  take: (entry: LedgerEntry) => void,
): Promise<Refusal | undefined> {
  const state = { position: -1 };
  const waiting = new Map<string, () => void>();
  const place = { since: Math.max(0, since - SKEW_MS) };
  const following = await link.follow(place, (entry) => {
    const { position, content } = entry;
    state.position = position;
    if (isFault(content) || content.kind !== "mark") take(entry);
    else waiting.get(content.nonce)?.();
  });
  if (isBrokerProblem(following)) return brokerRefusal(following);
  const reached = (nonce: string) =>
    new Promise<void>((resolve) => void waiting.set(nonce, resolve));
  const refusal = await appendAndRead(link, { state, reached }, io, []);
  await following.stop();
  return refusal;
}

export interface Collector {
  take(record: LedgerRecord): void;
  fault(): void;
  found(): Found;
}

/** Keeps what is wanted, and never more than twice the limit. */
export function createCollector({ job, since, until, limit, tails }: Wanted): Collector {
  let kept: LedgerRecord[] = [];
  let left = 0;
  let faults = 0;
  const jobs = new Set<string>();
  const cut = () => {
    const over = Math.max(0, kept.length - limit);
    left += over;
    kept = kept.slice(over);
  };
  return {
    take(record) {
      if (record.at < since || record.at > until || !itemOf(record)) return;
      for (const name of jobsIn(record)) jobs.add(name);
      if (job !== undefined && !isAbout(record, job)) return;
      kept.push(tails ? record : withoutTail(record));
      if (kept.length >= 2 * limit) cut();
    },
    fault() {
      faults++;
    },
    found() {
      cut();
      return { records: kept, left, faults, jobs };
    },
  };
}

function withoutTail(record: LedgerRecord): LedgerRecord {
  if (record.kind !== "run" || record.event !== "finished") return record;
  const { tail: _, tailCut: __, ...rest } = record;
  return rest;
}
