import { type Random, seededRandom } from "../random.ts";
import { chooseJobs, type WorkerJob, withExpiry } from "./jobs.ts";
import type { Place, WorkerAction, WorkerFault, WorkerKind } from "./kinds.ts";

/** Everything that a round does, made from its seed and the kinds alone. */
export interface WorkerPlan {
  seed: number;
  jobs: readonly WorkerJob[];
  /** In the order of their times. */
  faults: readonly WorkerFault[];
  /** Seconds; how soon RabbitMQ gives up a worker of which nothing is heard. */
  heartbeat: number;
}

/** Faults begin within this time. ms. */
const WINDOW_MS = 6000;
/** A guard is there again, and knows its commands, before the next fault. ms. */
const GUARD_MS = 3000;

export function planWorkerRound(seed: number, kinds: readonly WorkerKind[]): WorkerPlan {
  const random = seededRandom(seed);
  const jobs = withExpiry(chooseJobs(random, random.chance(0.2)), seededRandom(seed + 1));
  const count = random.pick([1, 2, 2, 3, 3, 4, 5]);
  const faults: WorkerFault[] = [];
  while (faults.length < count) {
    const kind = random.pick(kinds);
    // It takes ten seconds to come back from one.
    const isOnce = kind === "broker-kill" || kind === "lock";
    if (isOnce && kinds.length > 1 && faults.some((fault) => fault.kind === kind)) continue;
    faults.push({ at: moment(random), ...choose(kind, random) });
  }
  return { seed, jobs, faults: spaced(faults), heartbeat: random.pick([1, 2]) };
}

/** Mostly while claims are made, and short commands end: right after the slots of a second. ms. */
function moment(random: Random): number {
  const at = random.whole(0, WINDOW_MS);
  return random.chance(0.6) ? Math.floor(at / 1000) * 1000 + random.whole(0, 300) : at;
}

function choose(kind: WorkerKind, random: Random): WorkerAction {
  const whom = places(random);
  switch (kind) {
    case "worker-kill":
      return { kind, whom, away: random.whole(0, 2500) };
    case "worker-term":
    case "reset":
      return { kind, whom };
    case "guard-kill":
      return { kind, whom: whom.slice(0, 1) };
    case "worker-freeze":
      return { kind, whom, lasts: freeze(random) };
    case "command-kill":
      return { kind, which: random.real() };
    case "broker-kill":
      return { kind, restart: random.whole(0, 1500) };
    case "hole":
      return { kind, whom, lasts: random.whole(3000, 11_000) };
    case "lock":
      return {
        kind,
        lasts: random.chance(0.7) ? random.whole(500, 6000) : random.whole(10_500, 14_000),
      };
  }
}

function places(random: Random): Place[] {
  const one = random.whole(0, 2);
  if (random.chance(0.75)) return [one];
  return random.chance(0.5) ? [one, (one + 1) % 3].sort() : [0, 1, 2];
}

/**
 * Longer than the heartbeat, but shorter than its guard waits; or until after the guard has ended its commands; or until
 * after an heir has taken its runs over. ms.
 */
function freeze(random: Random): number {
  const [from, to] = random.pick([
    [5000, 7000],
    [10_000, 14_000],
    [28_000, 34_000],
  ] as const);
  return random.whole(from, to);
}

function spaced(faults: WorkerFault[]): WorkerFault[] {
  faults.sort((a, b) => a.at - b.at);
  let free = 0;
  for (const fault of faults) {
    fault.at = Math.max(fault.at, free);
    if (fault.kind === "guard-kill") free = fault.at + GUARD_MS;
  }
  return faults;
}
