import type { Evidence } from "./evidence.ts";
import { createFindings, type Findings, FORGIVEN } from "./findings.ts";
import { type JobUnderTest, slotsBetween } from "./jobs.ts";

export interface Verdict {
  figures: Figures;
  /** What is wrong, in sentences; empty: all is well. */
  problems: string[];
}

/** Numbers of slots, or of messages where it says so. */
export interface Figures {
  expected: number;
  fired: number;
  missed: number;
  missedBy: Record<string, number>;
  /** Recorded as missed more than once. */
  missedTwice: number;
  /** Messages that say they may be copies, and are. */
  flagged: number;
  lost: number;
  /** A second message without the flag. */
  doubled: number;
  /** Flagged, and there is no first one, neither in a queue nor in the ledger. */
  orphans: number;
  /** Fired, and recorded as missed. */
  contradictory: number;
  /** In a queue and not in the ledger. */
  unrecorded: number;
  /** Not of the schedule, or before their time. */
  unscheduled: number;
}

export interface Law {
  /**
   * The broker itself was killed, and nobody can know what it had done of what it was doing: some
   * oddities are then allowed.
   */
  brokerDied: boolean;
  /** Queue and ledger agree whatever has gone down, so that nothing need be flagged. */
  isAtomic: boolean;
}

/** Holds what was published against what had to be. */
export function judge(
  evidence: Evidence,
  jobs: readonly JobUnderTest[],
  { brokerDied, isAtomic }: Law,
): Verdict {
  const found = createFindings();
  const missed = coverage(evidence, jobs, found);
  const figures = { expected: 0, fired: 0, missed: 0, missedBy: {} as Record<string, number> };
  const fired = new Set(evidence.queued.map(({ id }) => id));
  const recorded = new Set(evidence.ledger.fires.map(({ id }) => id));
  for (const job of jobs) {
    const slots = required(evidence, job);
    if (slots === undefined) found.add("silent", `${job.name} was never fired`);
    for (const slot of slots ?? []) {
      figures.expected++;
      const id = idOf(job.name, slot);
      const reason = missed.get(id);
      if (fired.has(id)) figures.fired++;
      else if (reason === undefined) {
        found.add("lost", recorded.has(id) ? `${id} (in the ledger only)` : id);
      }
      if (reason === undefined) continue;
      figures.missed++;
      figures.missedBy[reason] = (figures.missedBy[reason] ?? 0) + 1;
      if (fired.has(id)) found.add("contradictory", id);
    }
  }
  const flagged = lookAtCopies(evidence, found);
  for (const id of fired) if (!recorded.has(id)) found.add("unrecorded", id);
  if (isAtomic) compare(evidence, jobs, found);
  lookForUnscheduled(evidence, jobs, found);
  if (fired.size === 0) found.add("silent", "nothing was fired at all");
  return {
    figures: { ...figures, flagged, ...found.counts() },
    problems: found.problems(brokerDied ? FORGIVEN : []),
  };
}

/** The slots that have to be accounted for; undefined: there is no sign of the job. */
function required(
  { queued, ledger, end }: Evidence,
  { name, every, removed }: JobUnderTest,
): Generator<number> | undefined {
  const fires = [...queued, ...ledger.fires].filter((fire) => fire.job === name);
  if (fires.length === 0) return undefined;
  const records = ledger.missed.filter(({ job }) => job === name);
  const seen = [...fires.map(({ slot }) => slot), ...records.map(({ first }) => first)];
  const after = ledger.added.get(name) ?? least(seen) - 1;
  const last = greatest([...seen, ...records.map((record) => record.last)]);
  return slotsBetween(every, after, removed ? last : end);
}

/** By id of each slot that is recorded as missed: the reason. */
function coverage(
  { ledger }: Evidence,
  jobs: readonly JobUnderTest[],
  found: Findings,
): Map<string, string> {
  const covered = new Map<string, string>();
  for (const { job: name, count, first, last, reason } of ledger.missed) {
    const job = jobs.find((one) => one.name === name);
    if (!job) {
      found.add("unscheduled", `missed slots of ${name}, which is no job`);
      continue;
    }
    const known = [...slotsBetween(job.atTimes ?? job.every, first - 1, last)];
    const fewest = [...slotsBetween(job.every, first - 1, last)].length;
    if (count < fewest || count > known.length) {
      found.add("miscounted", `${name} ${iso(first)} to ${iso(last)} has ${count} missed`);
    }
    for (const slot of known) {
      const id = idOf(name, slot);
      if (covered.has(id)) found.add("missedTwice", id);
      covered.set(id, reason);
    }
  }
  return covered;
}

/** The first message of a fire is unflagged, every later one is flagged. Returns how many copies. */
function lookAtCopies({ queued, ledger }: Evidence, found: Findings): number {
  const originals = new Set(ledger.fires.filter(({ flagged }) => !flagged).map(({ id }) => id));
  const seen = new Set<string>();
  let copies = 0;
  for (const { id, flagged } of queued) {
    if (!flagged && seen.has(id)) found.add("doubled", id);
    if (flagged && !seen.has(id) && !originals.has(id)) found.add("orphans", id);
    else if (flagged) copies++;
    seen.add(id);
  }
  return copies;
}

/** Every fire for a worker is in its queue and in the ledger, once in each, and none may be a copy. */
function compare(
  { queued, ledger }: Evidence,
  jobs: readonly JobUnderTest[],
  found: Findings,
): void {
  const elsewhere = jobs.filter(({ undeliverable }) => undeliverable).map(({ name }) => name);
  const fired = new Set(queued.map(({ id }) => id));
  const seen = new Set<string>();
  for (const { id, job } of ledger.fires) {
    if (elsewhere.includes(job)) continue;
    if (!fired.has(id)) found.add("unqueued", id);
    if (seen.has(id)) found.add("recordedTwice", id);
    seen.add(id);
  }
  for (const { id, flagged } of queued) if (flagged) found.add("needless", id);
}

function lookForUnscheduled(
  { queued, ledger, stopped }: Evidence,
  jobs: readonly JobUnderTest[],
  found: Findings,
): void {
  for (const { id, job: name, slot } of queued) {
    const job = jobs.find((one) => one.name === name);
    if (job?.undeliverable) found.add("unscheduled", `${id} cannot be delivered`);
    else if (!job || slot % (job.atTimes ?? job.every) !== 0) {
      found.add("unscheduled", `${id} is no slot`);
    } else if (slot > stopped) found.add("unscheduled", `${id} before its time`);
    else if (slot <= (ledger.added.get(name) ?? -1)) {
      found.add("unscheduled", `${id} from before it was added`);
    }
  }
}

function idOf(job: string, slot: number): string {
  return `${job}@${iso(slot)}`;
}

function iso(instant: number): string {
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b), Infinity);
}

function greatest(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b), -Infinity);
}
