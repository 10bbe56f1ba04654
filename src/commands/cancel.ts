import type { Follower } from "../clock/follower.ts";
import { parseFireId } from "../ledger/fire.ts";
import type { CancelRecord } from "../ledger/run-record.ts";
import { attemptOf, isStanding, type Run } from "../ledger/run-state.ts";
import { durationWords } from "../schedule/words.ts";
import { EXIT } from "./host.ts";
import { appendAndRead, readLedger } from "./ledger-now.ts";
import type { LedgerFlags } from "./ledger-plan.ts";
import { type LedgerIo, withLedger } from "./ledger-session.ts";
import { personOf } from "./ledger-words.ts";
import { none } from "./logs-read.ts";
import { isRefusal, meantHint, type Refusal, usage } from "./refusal.ts";
import { plain } from "./table.ts";

export interface CancelOptions extends LedgerFlags {
  /** Ids of fires, or names of jobs: all their runs. */
  what: readonly string[];
  json: boolean;
}

/** A fire whose run is to end, or not to begin. */
interface Target {
  job: string;
  fire: string;
  /** Undefined: no worker has asked for it yet. */
  run: Run | undefined;
}

/**
 * `clockd cancel`: ends runs (TERM, then KILL after `kill_after`), also those that wait for their turn or
 * their next attempt, and lets a fire that no worker has begun not be run. Resolves when the ledger says
 * it; the worker that has the run hears of it within moments. All of them or, when one makes no
 * sense, none.
 */
export function cancel(options: CancelOptions, io: LedgerIo): Promise<number> {
  return withLedger(options, io, async ({ link }) => {
    const follower = await readLedger(link, io);
    if (isRefusal(follower)) return follower;
    const targets = new Map<string, Target>();
    for (const word of options.what) {
      const found = targetsOf(word, follower);
      if (isRefusal(found)) return found;
      for (const target of found) targets.set(target.fire, target);
    }
    const by = personOf(io);
    const records = Array.from(targets.values(), (target) => recordOf(target, by, io));
    const failed = await appendAndRead(link, follower, io, records);
    if (failed) return failed;
    if (options.json) printJson([...targets.values()], by, io);
    else for (const target of targets.values()) io.out(`${plain(textOf(target, io))}\n`);
    return EXIT.ok;
  });
}

function targetsOf(word: string, { state }: Follower): Target[] | Refusal {
  const { runs, ended } = state.runs;
  const named = parseFireId(word);
  if (!named) {
    if (word.includes("@")) {
      const example = "reports@2026-12-01T08:00:00Z";
      return usage(`"${word}" is not the id of a fire, such as ${example}`);
    }
    const own = [...runs.values()].filter(({ job }) => job === word);
    if (own.length > 0) return own.map((run) => ({ job: run.job, fire: run.fire, run }));
    if (state.jobs.has(word)) return none(`no run of ${word} is going, and none is to come`);
    return usage(`there is no job "${word}" in the ledger${meantHint(word, state.jobs.keys())}`);
  }
  const { job } = named;
  const run = runs.get(word);
  if (!run && ended.has(word)) return none(`the run of ${word} has ended already`);
  if (!run && !state.jobs.has(job)) {
    return usage(`there is no job "${job}" in the ledger${meantHint(job, state.jobs.keys())}`);
  }
  return [{ job, fire: word, run }];
}

function recordOf({ job, fire }: Target, by: string, { time, name }: LedgerIo): CancelRecord {
  return { kind: "run", at: time.now(), event: "cancel", job, fire, worker: name, by };
}

function printJson(targets: readonly Target[], by: string, { out }: LedgerIo): void {
  const fires = targets.map(({ job, fire, run }) => ({
    ...{ job, fire, state: run ? stateOf(run) : "not-begun" },
    ...{ attempt: run ? attemptOf(run) : null, worker: run && isStanding(run) ? run.worker : null },
    since: run && isStanding(run) ? new Date(run.since).toISOString() : null,
  }));
  out(`${JSON.stringify({ fires, by })}\n`);
}

function stateOf(run: Run): string {
  return isStanding(run) ? "going" : run.phase;
}

function textOf({ fire, run }: Target, { time }: LedgerIo): string {
  if (!run) return `${fire}: no worker has begun it; it will not be run`;
  if (!isStanding(run)) return `${fire}: attempt ${attemptOf(run) + 1} will not be run`;
  const since = durationWords(Math.max(0, time.now() - run.since), 2);
  return `${fire}: ${run.worker}, which has it for ${since}, is asked to end it`;
}
