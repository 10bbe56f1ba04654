import { isBrokerProblem, type LedgerEntry } from "../broker/broker.ts";
import type { Instant } from "../clock/time.ts";
import { fireId, parseFireId } from "../ledger/fire.ts";
import {
  type FireRecord,
  isFault,
  type JobRecord,
  type LedgerRecord,
  type MissedRecord,
} from "../ledger/record.ts";
import type { FinishedRecord } from "../ledger/run-record.ts";
import { readSince } from "./history-read.ts";
import { EXIT } from "./host.ts";
import { readLedger } from "./ledger-now.ts";
import { brokerRefusal, type LedgerIo, type Session } from "./ledger-session.ts";
import { isRefusal, meantHint, type Refusal, usage } from "./refusal.ts";

/** The fire whose runs are asked for. */
export interface Asked {
  job: string;
  slot: Instant;
}

/** What the ledger has of a fire, in its order. */
export interface FireStory {
  runs: FinishedRecord[];
  fired: FireRecord | undefined;
  missed: MissedRecord | undefined;
  triggered: JobRecord | undefined;
  /** When the ledger begins, if that is after the slot and nothing is left of the fire. */
  begins: Instant | undefined;
}

/** `word`: the id of a fire; or the name of a job, which means the fire of its newest run. */
export async function findFire(
  word: string,
  { link }: Session,
  io: LedgerIo,
): Promise<Asked | Refusal> {
  if (word.includes("@")) {
    const example = "reports@2026-12-01T08:00:00Z";
    return parseFireId(word) ?? usage(`"${word}" is not the id of a fire, such as ${example}`);
  }
  const follower = await readLedger(link, io);
  if (isRefusal(follower)) return follower;
  const { jobs } = follower.state;
  await follower.stop();
  const job = jobs.get(word);
  if (!job) return usage(`there is no job "${word}" in the ledger${meantHint(word, jobs.keys())}`);
  const newest = job.lastRun && parseFireId(job.lastRun.fire);
  if (newest) return newest;
  const fired = job.lastFire ? `: its newest fire is ${fireId(word, job.lastFire.slot)}` : "";
  return none(`no run of ${word} has ended yet${fired}`);
}

/** Reads what became of a fire, from its slot on. */
export async function readStory(
  asked: Asked,
  session: Session,
  io: LedgerIo,
): Promise<FireStory | Refusal> {
  const { slot } = asked;
  const story: FireStory = {
    ...{ runs: [], fired: undefined, missed: undefined, triggered: undefined },
    begins: undefined,
  };
  const refusal = await readSince(session, io, slot, ({ content }) => {
    if (!isFault(content)) tell(story, asked, content);
  });
  if (refusal) return refusal;
  const { runs, fired, missed, triggered } = story;
  if (runs.length > 0 || fired || missed || triggered) return story;
  const begins = await beginning(session);
  if (typeof begins === "object") return begins;
  return begins !== undefined && begins > slot ? { ...story, begins } : story;
}

/** When the oldest record is from, if there were others before it. */
async function beginning({ link }: Session): Promise<Instant | undefined | Refusal> {
  const first = Promise.withResolvers<LedgerEntry>();
  const following = await link.follow("oldest", first.resolve);
  if (isBrokerProblem(following)) return brokerRefusal(following);
  // There is one: whoever has read the ledger to its end has left a mark.
  const entry = await Promise.race([first.promise, link.lost]);
  await following.stop();
  if (isBrokerProblem(entry)) return brokerRefusal(entry);
  const { position, content } = entry;
  return position > 0 && !isFault(content) ? content.at : undefined;
}

function tell(story: FireStory, { job, slot }: Asked, record: LedgerRecord): void {
  if (record.kind === "run") {
    if (record.event !== "finished") return;
    if (record.fire === fireId(job, slot)) story.runs.push(record);
  } else if (record.kind === "fire") {
    if (record.fire.job === job && record.fire.slot === slot) story.fired ??= record;
  } else if (record.kind === "missed") {
    if (record.job === job && record.first <= slot && record.last >= slot) story.missed = record;
  } else if (record.kind === "job" && record.event === "triggered") {
    if (record.job === job && record.slot === slot) story.triggered = record;
  }
}

/** There is nothing to show, and why. */
export function none(message: string): Refusal {
  return { code: EXIT.problems, message: `clockd: ${message}\n` };
}
