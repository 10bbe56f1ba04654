import { isFlag, isInstant, isJobName, isProse, isText, isWhole, orNull } from "./fields.ts";
import type { Gap, JobState } from "./state.ts";

/** A job in a snapshot: a list, for names of fields a hundred thousand times are slow to read. */
export type JobRow = readonly unknown[];

export function packJob(name: string, job: JobState): JobRow {
  const { last, owed, missed, paused, lastFire, lastMissed, lastRun } = job;
  return [
    name,
    last,
    owed.flatMap(({ after, until }) => [after, until]),
    missed,
    lastFire ? [lastFire.slot, lastFire.at, lastFire.catchUp, lastFire.maybeDuplicate] : 0,
    lastMissed ? [lastMissed.last, lastMissed.reason] : 0,
    lastRun
      ? [
          ...[lastRun.fire, lastRun.attempt, lastRun.ok, lastRun.outcome],
          ...[lastRun.exitCode, lastRun.signal, lastRun.endedAt],
        ]
      : 0,
    paused ? [paused.at, paused.by] : 0,
  ];
}

/** Undefined: it is not what `packJob` makes. */
export function unpackJob(row: unknown): [name: string, job: JobState] | undefined {
  if (!Array.isArray(row)) return undefined;
  const [name, last, bounds, missed, fire, miss, run, pause] = row;
  const owed = gapsOf(bounds);
  if (!isJobName(name) || !isInstant(last) || !owed || !isWhole(missed)) return undefined;
  const job: JobState = { last, owed, missed };
  if (fire !== 0) {
    if (!isTuple(fire, FIRE)) return undefined;
    const [slot, at, catchUp, maybeDuplicate] = fire as [number, number, boolean, boolean];
    job.lastFire = { slot, at, catchUp, maybeDuplicate };
  }
  if (miss !== 0) {
    if (!isTuple(miss, MISSED)) return undefined;
    job.lastMissed = { last: miss[0] as number, reason: miss[1] as string };
  }
  if (run !== 0) {
    if (!isTuple(run, RUN)) return undefined;
    job.lastRun = runOf(run as RunRow);
  }
  if (pause !== 0) {
    if (!isTuple(pause, PAUSED)) return undefined;
    job.paused = { at: pause[0] as number, by: pause[1] as string };
  }
  return [name, job];
}

type RunRow = [string, number, boolean, string, number | null, string | null, number];

function runOf([fire, attempt, ok, outcome, exitCode, signal, endedAt]: RunRow) {
  return { fire, attempt, ok, outcome, exitCode, signal, endedAt };
}

const FIRE = [isInstant, isInstant, isFlag, isFlag];
const MISSED = [isInstant, isProse];
const RUN = [isText, isWhole, isFlag, isText, orNull(isWhole), orNull(isText), isInstant];
const PAUSED = [isInstant, isText];

type Check = (value: unknown) => boolean;

function isTuple(value: unknown, checks: readonly Check[]): value is unknown[] {
  return Array.isArray(value) && checks.every((isIt, at) => isIt(value[at]));
}

/** None in another, the oldest first; only the newest may be empty. */
function gapsOf(bounds: unknown): Gap[] | undefined {
  if (!Array.isArray(bounds) || bounds.length % 2 !== 0 || !bounds.every(isInstant)) {
    return undefined;
  }
  const isRising = bounds.every((bound, at) => at === 0 || bounds[at - 1]! <= bound);
  if (!isRising) return undefined;
  return Array.from({ length: bounds.length / 2 }, (_, at) => ({
    after: bounds[2 * at] as number,
    until: bounds[2 * at + 1] as number,
  }));
}
