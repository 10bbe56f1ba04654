import type { Instant } from "../clock/time.ts";
import { attemptOf, isStanding, type RunsState } from "../ledger/run-state.ts";
import { counted, durationWords } from "../schedule/words.ts";

/** A run that a worker has, or whose next attempt is to come. */
export interface RunStatus {
  fire: string;
  /** `going`: a worker has it, be it that it waits for its turn. */
  state: "going" | "retry" | "given-back" | "lost";
  attempt: number;
  worker: string;
  since: Instant;
  /** When its next attempt is to come. */
  due: Instant | undefined;
}

/** By job, in the order of their claims. */
export function runsByJob({ runs }: RunsState): Map<string, RunStatus[]> {
  const byJob = new Map<string, RunStatus[]>();
  for (const run of runs.values()) {
    const state = isStanding(run) ? "going" : (run.phase as RunStatus["state"]);
    const { fire, worker, since, due } = run;
    const item = { fire, state, attempt: attemptOf(run), worker, since, due };
    const list = byJob.get(run.job);
    if (list) list.push(item);
    else byJob.set(run.job, [item]);
  }
  return byJob;
}

/** What is going, in few words; undefined: nothing is. */
export function runsText(runs: readonly RunStatus[], now: Instant): string | undefined {
  const going = runs.filter(({ state }) => state === "going");
  const later = runs.filter(({ state }) => state === "retry");
  const parts = [goingText(going, now), later.length > 0 && laterText(later, now)];
  const said = parts.filter((part) => typeof part === "string");
  return said.length > 0 ? said.join(", ") : undefined;
}

function goingText([first, ...others]: readonly RunStatus[], now: Instant): string | undefined {
  if (!first) return undefined;
  const { worker, since, attempt } = first;
  const nth = attempt > 1 ? `, attempt ${attempt}` : "";
  const more = others.length > 0 ? `, and ${counted(others.length, "other")}` : "";
  return `${worker} has it for ${words(now - since)}${nth}${more}`;
}

function laterText(later: readonly RunStatus[], now: Instant): string {
  const [{ attempt, due = now }] = later as [RunStatus];
  const more = later.length > 1 ? `, and ${counted(later.length - 1, "other")}` : "";
  return `attempt ${attempt + 1} in ${words(due - now)}${more}`;
}

function words(ms: number): string {
  return durationWords(Math.max(0, Math.floor(ms / 1000) * 1000), 2);
}
