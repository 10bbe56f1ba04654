import { type FireOutcome, isBrokerProblem, type LedgerLink } from "../broker/broker.ts";
import { type Follower, followLedger } from "../clock/follower.ts";
import type { FireRecord, LedgerRecord } from "../ledger/record.ts";
import { EXIT } from "./host.ts";
import { brokerRefusal, type LedgerIo } from "./ledger-session.ts";
import type { Refusal } from "./refusal.ts";

/** Without a new record for this long nothing more comes. ms. */
const STUCK_MS = 8000;

/** What the ledger says now; its follower goes on reading. */
export async function readLedger(link: LedgerLink, io: LedgerIo): Promise<Follower | Refusal> {
  const read = await followToNow(link, io, false);
  if (!("mayBeStale" in read)) return read;
  // A snapshot may stand for a place that the ledger does not have any more.
  if (read.mayBeStale && !link.isLost) return followToNow(link, io, true);
  return read;
}

async function followToNow(
  link: LedgerLink,
  io: LedgerIo,
  whole: boolean,
): Promise<Follower | (Refusal & { mayBeStale: boolean })> {
  // Oddities are in the state.
  const follower = await followLedger(link, () => {}, whole);
  if (isBrokerProblem(follower)) return { ...brokerRefusal(follower), mayBeStale: true };
  const begun = follower.state.position;
  const refusal = await appendAndRead(link, follower, io, []);
  if (!refusal) return follower;
  await follower.stop();
  return { ...refusal, mayBeStale: begun >= 0 && follower.state.position === begun };
}

/** Appends records and resolves when `follower` has read them back, and everything before them. */
export async function appendAndRead(
  link: LedgerLink,
  follower: Pick<Follower, "reached"> & { state: { position: number } },
  { time }: LedgerIo,
  records: readonly Exclude<LedgerRecord, FireRecord>[],
): Promise<Refusal | undefined> {
  const nonce = crypto.randomUUID();
  const reached = follower.reached(nonce);
  const appended = [...records, { kind: "mark" as const, at: time.now(), nonce }].map((record) =>
    link.append(record),
  );
  const refused = Promise.withResolvers<Refusal>();
  for (const outcome of appended) {
    void outcome.then((answer) => {
      if (answer.kind !== "confirmed") refused.resolve(refusalOf(answer));
    });
  }
  const stuck = whenStuck(() => follower.state.position);
  const first = await Promise.race([
    reached,
    refused.promise,
    link.lost.then(brokerRefusal),
    stuck.refusal,
  ]);
  stuck.end();
  if (!first || records.length === 0 || first.code !== EXIT.brokerUnreachable) {
    return first ?? undefined;
  }
  const doubt = "clockd: it may be recorded all the same: see clockd status\n";
  return { ...first, message: `${first.message}${doubt}` };
}

function refusalOf({ kind, problem }: Exclude<FireOutcome, { kind: "confirmed" }>): Refusal {
  const isSure = kind === "undeliverable";
  return {
    code: isSure ? EXIT.problems : EXIT.brokerUnreachable,
    message: `clockd: ${isSure ? "not recorded" : "no answer"}: ${problem.message}\n`,
  };
}

/** Resolves when `position` has stood still for long. */
export function whenStuck(position: () => number): { refusal: Promise<Refusal>; end(): void } {
  const { promise: refusal, resolve } = Promise.withResolvers<Refusal>();
  let [last, movedAt] = [position(), performance.now()];
  const timer = setInterval(() => {
    if (position() !== last) [last, movedAt] = [position(), performance.now()];
    if (performance.now() - movedAt < STUCK_MS) return;
    const message = `clockd: the ledger could not be read to its end: nothing came for ${STUCK_MS / 1000} s\n`;
    resolve({ code: EXIT.brokerUnreachable, message });
  }, 500);
  return { refusal, end: () => clearInterval(timer) };
}
