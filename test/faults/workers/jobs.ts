import type { Overlap } from "../../../src/ledger/run-record.ts";
import type { Random } from "../random.ts";

/** A job of a round, and what its command does. Durations are ms. */
export interface WorkerJob {
  name: string;
  overlap: Overlap;
  queue: "default" | "urgent";
  every: number;
  /** How long the command goes on. */
  lasts: number;
  fails: "never" | "first" | "always";
  /** It ignores TERM. */
  stubborn: boolean;
  /** A process that it starts does the waiting, and ignores TERM. */
  child: boolean;
  timeout?: number;
  /** Attempts after failures. */
  retry?: { attempts: number; delay: number };
  /** From then on the ledger stands for the run, and no message. */
  ackDeadline?: number;
  /** A run that has not started by then is skipped. */
  expires?: number;
  /** What its command believes of overlap; undefined: what is so. */
  believes?: Overlap;
}

const OVERLAPS: readonly Overlap[] = ["allow", "skip", "queue", "replace"];

/** All delays of retries: each is a queue of its own. ms. */
export const DELAYS: readonly number[] = [300, 700];

/** Each overlap with and without retries; `kept`: and jobs that outlive their messages. */
export function chooseJobs(random: Random, kept: boolean): WorkerJob[] {
  return OVERLAPS.flatMap((overlap) => [
    choose(overlap, false, kept && random.chance(0.5), random),
    choose(overlap, true, kept && random.chance(0.5), random),
  ]);
}

/** Some do not start late: while somebody waits for a word of a dead worker, for one. */
export function withExpiry(jobs: readonly WorkerJob[], random: Random): WorkerJob[] {
  return jobs.map((job) => (random.chance(0.2) ? { ...job, expires: 4000 } : job));
}

function choose(overlap: Overlap, retries: boolean, kept: boolean, random: Random): WorkerJob {
  const every = kept ? 4000 : random.pick([1000, 2000, 2000, 3000, 3000]);
  const fails = retries
    ? random.pick(["never", "first", "first", "always"] as const)
    : random.pick(["never", "never", "never", "always"] as const);
  const attempts = random.whole(2, 3);
  // One after the other, they must not come more quickly than they go.
  const room = fails === "never" || !retries ? every : every / attempts;
  const most = { allow: 2 * every, skip: 2.5 * every, queue: 0.6 * room, replace: 1.6 * every };
  const isShort = !kept && random.chance(0.25);
  const lasts = isShort ? 50 : Math.round(most[overlap] * (0.3 + 0.7 * random.real()));
  const job: WorkerJob = {
    ...{ name: retries ? `${overlap}-retry` : overlap, overlap, every, lasts, fails },
    queue: random.pick(["default", "urgent"]),
    stubborn: random.chance(0.25),
    child: random.chance(0.3),
  };
  if (lasts > 1000 && random.chance(0.25)) job.timeout = Math.round(lasts * 0.6);
  if (retries) job.retry = { attempts, delay: random.pick(DELAYS) };
  if (kept) job.ackDeadline = 1000;
  return job;
}

export interface JobFileOptions {
  namespace: string;
  /** Where the command is, and the folder for its log and locks. */
  script: string;
  folder: string;
  /** No slot comes due any more. */
  paused: boolean;
}

/** Every process of a command has this in its environment, with the round's namespace. */
export const MARK = "WORKER_FAULTS_ROUND";

/** The round's file. */
export function jobFileOf(jobs: readonly WorkerJob[], options: JobFileOptions): string {
  const { namespace } = options;
  const named = jobs.map((job) => [job.name, entryOf(job, options)]);
  // JSON is YAML, too.
  return `${JSON.stringify({ version: 1, namespace, jobs: Object.fromEntries(named) }, null, 1)}\n`;
}

function entryOf(job: WorkerJob, { namespace, script, folder, paused }: JobFileOptions): unknown {
  const {
    overlap,
    queue,
    every,
    lasts,
    fails,
    stubborn,
    child,
    timeout,
    retry,
    ackDeadline,
    expires,
    believes = overlap,
  } = job;
  const yes = (is: boolean) => (is ? "yes" : "no");
  return {
    ...{ every: `${every}ms`, overlap, queue, kill_after: "800ms" },
    run: ["sh", script, folder, String(lasts / 1000), fails, yes(child), yes(stubborn)],
    env: { [MARK]: namespace, OVERLAP: believes },
    ...(timeout === undefined ? {} : { timeout: `${timeout}ms` }),
    ...(retry && {
      retry: { attempts: retry.attempts, delay: `${retry.delay}ms`, backoff: "fixed", jitter: 0 },
    }),
    ...(ackDeadline === undefined ? {} : { ack_deadline: `${ackDeadline}ms` }),
    ...(expires === undefined ? {} : { expires: `${expires}ms` }),
    ...(paused ? { paused } : {}),
  };
}
