import type { Config, Job } from "../config/config.ts";
import { gapsOf } from "../ledger/owed.ts";
import type { JobRecord } from "../ledger/record.ts";
import type { LedgerState } from "../ledger/state.ts";
import type { Past } from "./backlog.ts";
import { createPlan, type Plan } from "./plan.ts";
import type { Instant } from "./time.ts";

/** What a new leader makes of the ledger and its file. */
export interface Takeover {
  plan: Plan;
  /** What the ledger has to be told about jobs: new, gone, renamed. */
  records: JobRecord[];
}

/** Pure. `state` is what the ledger says up to the new leader's own marker. */
export function takeOver(state: LedgerState, config: Config, now: Instant): Takeover {
  const nameOf = (job: Job) => knownAs(job, state);
  const pastOf = (job: Job): Past | undefined => {
    const name = nameOf(job);
    const known = state.jobs.get(name);
    const gaps = gapsOf(state, name, now);
    if (!known || !gaps) return undefined;
    const after = Math.max(known.last, state.settled, gaps.at(-1)?.until ?? -Infinity);
    return { after, gaps, newest: known.last };
  };
  const isHeld = (name: string) => {
    const job = config.jobs.get(name);
    return job !== undefined && state.jobs.get(nameOf(job))?.paused !== undefined;
  };
  const { settled } = state;
  const newest = newestOf(state);
  const plan = createPlan(config, now, { pastOf, isHeld, settled, newest });
  return { plan, records: jobRecords([...state.jobs.keys()], config, now, plan.begin(now)) };
}

/** The newest slot of all jobs that anybody has dealt with. */
function newestOf({ jobs }: LedgerState): Instant {
  let newest = -Infinity;
  for (const { last } of jobs.values()) newest = Math.max(newest, last);
  return newest;
}

/** The name that the ledger knows a job by. */
function knownAs({ name, renamedFrom }: Job, { jobs }: LedgerState): string {
  if (renamedFrom === undefined || jobs.has(name)) return name;
  return jobs.has(renamedFrom) ? renamedFrom : name;
}

/** Names in one record: it stays small enough for every broker. */
const MOST_NAMES = 5000;

/** What has changed when `known` jobs become those of `config`. New ones begin after `begin`. */
export function jobRecords(
  known: Iterable<string>,
  config: Config,
  now: Instant,
  begin: Instant,
): JobRecord[] {
  const before = new Set(known);
  const base = { kind: "job" as const, at: now };
  const records: JobRecord[] = [];
  for (const { name, renamedFrom } of config.jobs.values()) {
    if (renamedFrom === undefined || before.has(name) || !before.delete(renamedFrom)) continue;
    before.add(name);
    records.push({ ...base, event: "renamed", job: name, from: renamedFrom });
  }
  const removed = [...before].filter((name) => !config.jobs.has(name));
  const added = [...config.jobs.keys()].filter((name) => !before.has(name));
  for (const jobs of parts(removed)) records.push({ ...base, event: "removed", jobs });
  for (const jobs of parts(added)) records.push({ ...base, event: "added", jobs, after: begin });
  return records;
}

function parts(names: string[]): string[][] {
  const count = Math.ceil(names.length / MOST_NAMES);
  return Array.from({ length: count }, (_, n) => names.slice(n * MOST_NAMES, (n + 1) * MOST_NAMES));
}
