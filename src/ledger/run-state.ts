import type { Instant } from "../clock/time.ts";
import type { Kept, Overlap } from "./run-record.ts";

/** Which runs are going or will go on. `applyRun` (fold-runs.ts) is the only one that changes it. */
export interface RunsState {
  /** By fire: the runs that have begun and not ended. */
  runs: Map<string, Run>;
  /** By job: the fires whose claims stand, in the order of the claims. */
  lines: Map<string, string[]>;
  /** By fire: the runs that have ended lately, the oldest first. */
  ended: Map<string, Ended>;
  /** By fire: who asked for its end, before that was done. The oldest first. */
  cancelled: Map<string, string>;
  /** The jobs whose newest run has failed for good. */
  failing: Set<string>;
}

export interface Run {
  job: string;
  fire: string;
  /** The attempt that its message says. */
  message: number;
  /** Executions that no message counts: the earlier ones of workers that died or stopped. */
  extra: number;
  /** `standing` and `parked` have a place in the line of their job; the others wait for a message. */
  phase: "standing" | "parked" | "retry" | "given-back" | "lost";
  nonce: string;
  worker: string;
  copy: string;
  overlap: Overlap;
  /** When it was claimed, or started by an heir. */
  since: Instant;
  /** Who takes it over unless the worker that has it is heard of. */
  heir?: { nonce: string; worker: string; copy: string };
  /** What the leader fires again when nothing comes of it: no message stands for it, or nobody knows of one. */
  kept?: Kept;
  /** When its next attempt is to come. */
  due?: Instant;
}

export interface Ended {
  message: number;
  /** It belongs to the dead letters. */
  dead: boolean;
}

export function emptyRuns(): RunsState {
  return {
    ...{ runs: new Map(), lines: new Map(), ended: new Map(), cancelled: new Map() },
    failing: new Set(),
  };
}

/** Which execution of its fire it is: 1, 2, … */
export function attemptOf({ message, extra }: Run): number {
  return message + extra;
}

/** Whether somebody has it: it is going, or about to. */
export function isStanding({ phase }: Run): boolean {
  return phase === "standing" || phase === "parked";
}

/** Whether it may start now: nobody of its job is before it, or that does not matter. */
export function isTurn({ lines }: RunsState, { job, fire, overlap }: Run): boolean {
  return overlap === "allow" || lines.get(job)?.[0] === fire;
}

/** Whether somebody else has the run of this claim, or it has ended, as far as the ledger knows. */
export function isVoid({ runs, ended }: RunsState, fire: string, claim: string): boolean {
  const run = runs.get(fire);
  return run ? run.nonce !== claim : ended.has(fire);
}

/** The fire that replaces this one: the newest in line after it that wants to. */
export function replacedBy({ lines, runs }: RunsState, { job, fire }: Run): string | undefined {
  const line = lines.get(job) ?? [];
  const later = line.slice(line.indexOf(fire) + 1);
  return later.findLast((other) => runs.get(other)?.overlap === "replace");
}
