import type { Instant } from "../clock/time.ts";
import type { Job } from "../config/config.ts";
import { type Fire, fireId } from "../ledger/fire.ts";
import type { Trigger } from "../ledger/record.ts";
import type { JobState, Leader, LedgerState } from "../ledger/state.ts";
import type { LedgerPlan } from "./ledger-plan.ts";
import { leaderSilence } from "./ledger-words.ts";
import { type RunStatus, runsByJob } from "./status-runs.ts";

/** What `clockd status` says, before it is put into words. */
export interface Status {
  place: string;
  namespace: string;
  now: Instant;
  leader: Leader | undefined;
  /** How long nothing was heard of the leader, when that is remarkable. ms. */
  silence: number | undefined;
  epoch: number;
  standbys: { clock: string; seen: Instant }[];
  file: { path: string; isLeaders: boolean } | { whyNone: string };
  /** Those of the file in its order, then what only the ledger knows. */
  jobs: JobStatus[];
  /** Ids of fires that the broker has not confirmed. */
  inDoubt: string[];
  triggers: (Trigger & { fire: string })[];
  ledger: Pick<LedgerState, "position" | "lacksBeginning" | "faults">;
}

export interface JobStatus {
  job: string;
  /** Undefined: the ledger knows nothing of it. */
  state: JobState | undefined;
  inFile: boolean;
  pausedInFile: boolean;
  /** By the file. Undefined: there is none, or it is not known. */
  next: Instant | undefined;
  runs: readonly RunStatus[];
}

/** A standby says something every 30 s. ms. */
const STANDBY_MS = 90_000;

/** Pure. */
export function statusOf(
  state: LedgerState,
  { namespace, file, place }: LedgerPlan & { place: string },
  now: Instant,
): Status {
  const { leader, epoch, position, lacksBeginning, faults } = state;
  const config = "config" in file ? file.config : undefined;
  return {
    ...{ place, namespace, now, leader, silence: leaderSilence(state, now), epoch },
    standbys: [...state.standbys]
      .filter(([, seen]) => now - seen <= STANDBY_MS)
      .map(([clock, seen]) => ({ clock, seen })),
    file:
      "config" in file ? { path: file.path, isLeaders: isSameFile(leader, config?.hash) } : file,
    jobs: jobsOf(state, config?.jobs ?? new Map(), now),
    inDoubt: inDoubt(state, now),
    triggers: [...state.triggers].map(([fire, trigger]) => ({ ...trigger, fire })),
    ledger: { position, lacksBeginning, faults },
  };
}

/** Every fire is unconfirmed for a moment: that of a leader comes in much less. ms. */
const CONFIRMED_WITHIN_MS = 5000;

function inDoubt({ open, jobs }: LedgerState, now: Instant): string[] {
  const isNew = ({ job, slot }: Fire) => {
    const newest = jobs.get(job)?.lastFire;
    return newest?.slot === slot && now - newest.at < CONFIRMED_WITHIN_MS;
  };
  return [...open].filter(([, fire]) => !isNew(fire)).map(([id]) => id);
}

/** "": the leader's own marker is missing. */
function isSameFile(leader: Leader | undefined, hash: string | undefined): boolean {
  return !leader?.config || leader.config === hash;
}

function jobsOf(
  { jobs: known, runs }: LedgerState,
  file: ReadonlyMap<string, Job>,
  now: Instant,
): JobStatus[] {
  const going = runsByJob(runs);
  const names = new Set([...file.keys(), ...known.keys()]);
  return [...names].map((job) => {
    const state = known.get(job);
    const written = file.get(job);
    const pausedInFile = written?.paused === true;
    const isPaused = pausedInFile || state?.paused !== undefined;
    const next = isPaused ? undefined : written?.schedule.next(now);
    const own = going.get(job) ?? [];
    return { job, state, inFile: written !== undefined, pausedInFile, next, runs: own };
  });
}

/** One object for a machine: always the same fields. Instants in ISO 8601, UTC. */
export function statusJson(status: Status) {
  const { place, namespace, now, leader, silence, epoch, file, ledger } = status;
  const { position, lacksBeginning, faults } = ledger;
  return {
    at: iso(now),
    broker: place,
    namespace,
    file: "path" in file ? file.path : null,
    epoch,
    leader: leader
      ? {
          ...{ clock: leader.clock, epoch: leader.epoch, since: iso(leader.since) },
          ...{ seen: iso(leader.seen), silent: silence !== undefined, config: leader.config },
        }
      : null,
    standbys: status.standbys.map(({ clock, seen }) => ({ clock, seen: iso(seen) })),
    jobs: status.jobs.map(jobJson),
    inDoubt: status.inDoubt,
    triggers: status.triggers.map(({ fire, job, slot, by }) => ({ fire, job, at: iso(slot), by })),
    ledger: { records: position + 1, lacksBeginning, notUnderstood: faults },
  };
}

function jobJson({ job, state, inFile, pausedInFile, next, runs }: JobStatus) {
  const { lastFire, lastRun, lastMissed, paused, missed = 0 } = state ?? {};
  return {
    job,
    inLedger: state !== undefined,
    inFile,
    lastFire: lastFire
      ? {
          ...lastFire,
          fire: fireId(job, lastFire.slot),
          slot: iso(lastFire.slot),
          at: iso(lastFire.at),
        }
      : null,
    nextSlot: next === undefined ? null : iso(next),
    lastRun: lastRun ? { ...lastRun, endedAt: iso(lastRun.endedAt) } : null,
    runs: runs.map((run) => ({
      ...run,
      since: iso(run.since),
      due: run.due === undefined ? null : iso(run.due),
    })),
    missed,
    lastMissed: lastMissed ? { ...lastMissed, last: iso(lastMissed.last) } : null,
    paused: paused ? { by: paused.by, at: iso(paused.at) } : null,
    pausedInFile,
  };
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
