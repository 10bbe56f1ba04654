import { isBrokerProblem } from "../broker/broker.ts";
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

/** Reads the ledger from `since` to its present end. */
export async function readHistory(
  { link }: Session,
  io: LedgerIo,
  wanted: Wanted,
): Promise<Found | Refusal> {
  const collector = createCollector(wanted);
  const state = { position: -1 };
  const waiting = new Map<string, () => void>();
  const place = { since: Math.max(0, wanted.since - SKEW_MS) };
  const following = await link.follow(place, ({ position, content }) => {
    state.position = position;
    if (isFault(content)) return collector.fault();
    if (content.kind === "mark") waiting.get(content.nonce)?.();
    else collector.take(content);
  });
  if (isBrokerProblem(following)) return brokerRefusal(following);
  const reached = (nonce: string) =>
    new Promise<void>((resolve) => void waiting.set(nonce, resolve));
  const refusal = await appendAndRead(link, { state, reached }, io, []);
  await following.stop();
  return refusal ?? collector.found();
}

export interface Collector {
  take(record: LedgerRecord): void;
  fault(): void;
  found(): Found;
}

/** Keeps what is wanted, and never more than twice the limit. */
export function createCollector({ job, since, until, limit }: Wanted): Collector {
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
      kept.push(record);
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
