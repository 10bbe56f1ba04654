import type { Config, Job } from "../config/config.ts";
import { sayingOf, taskOf } from "./fields.ts";

/** Which jobs of two files are the same job. In the order of the files. */
export interface Pairs {
  added: Job[];
  removed: Job[];
  kept: Pair[];
  renamed: Pair[];
  /** A removed and an added job that look like one with a new name, which the file does not say. */
  likely: { from: string; to: string }[];
}

export interface Pair {
  before: Job;
  after: Job;
}

/** Pairs jobs by their names and by `renamed_from`. */
export function pairJobs(before: Config["jobs"], after: Config["jobs"]): Pairs {
  const pairs: Pairs = { added: [], removed: [], kept: [], renamed: [], likely: [] };
  const taken = new Set<string>();
  for (const [name, job] of after) {
    const same = before.get(name);
    // A key that has stayed from an earlier change names nobody any more.
    const old = same ?? before.get(job.renamedFrom ?? "");
    if (!old) pairs.added.push(job);
    else (same ? pairs.kept : pairs.renamed).push({ before: old, after: job });
    if (old) taken.add(old.name);
  }
  for (const [name, job] of before) if (!taken.has(name)) pairs.removed.push(job);
  pairs.likely = likelyRenames(pairs.removed, pairs.added);
  return pairs;
}

/** First those that say all the same, then those that do the same at other times. Never a guess of two. */
function likelyRenames(removed: readonly Job[], added: readonly Job[]): Pairs["likely"] {
  const likely: Pairs["likely"] = [];
  let [from, to] = [removed, added];
  for (const keyOf of [sayingOf, taskOf]) {
    const [old, now] = [grouped(from, keyOf), grouped(to, keyOf)];
    const found = [...old].flatMap(([key, jobs]) => {
      const others = now.get(key) ?? [];
      const isOne = jobs.length === 1 && others.length === 1;
      return isOne ? [{ from: jobs[0]!.name, to: others[0]!.name }] : [];
    });
    likely.push(...found);
    const done = new Set(found.flatMap((pair) => [`-${pair.from}`, `+${pair.to}`]));
    from = from.filter(({ name }) => !done.has(`-${name}`));
    to = to.filter(({ name }) => !done.has(`+${name}`));
  }
  return likely;
}

function grouped(jobs: readonly Job[], keyOf: (job: Job) => string): Map<string, Job[]> {
  return Map.groupBy(jobs, keyOf);
}
