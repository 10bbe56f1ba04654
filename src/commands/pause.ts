import type { Follower } from "../clock/follower.ts";
import type { JobRecord } from "../ledger/record.ts";
import { EXIT } from "./host.ts";
import { appendAndRead, readLedger } from "./ledger-now.ts";
import type { LedgerFlags } from "./ledger-plan.ts";
import { type LedgerIo, type Session, withLedger } from "./ledger-session.ts";
import { leaderWords, personOf } from "./ledger-words.ts";
import { isRefusal, meantHint, type Refusal, usage } from "./refusal.ts";
import { plain } from "./table.ts";

export interface PauseOptions extends LedgerFlags {
  jobs: readonly string[];
  json: boolean;
}

/** `clockd pause`: no slot of these jobs is fired until somebody resumes them. */
export function pause(options: PauseOptions, io: LedgerIo): Promise<number> {
  return change("paused", options, io);
}

/** `clockd resume`: paused jobs go on with their next slot. */
export function resume(options: PauseOptions, io: LedgerIo): Promise<number> {
  return change("resumed", options, io);
}

type Wish = "paused" | "resumed";

/** Resolves when the ledger says it; all the jobs or, when one is unknown, none. */
function change(wish: Wish, options: PauseOptions, io: LedgerIo): Promise<number> {
  return withLedger(options, io, async (session) => {
    const follower = await readLedger(session.link, io);
    if (isRefusal(follower)) return follower;
    const jobs = [...new Set(options.jobs)];
    const unknown = checkJobs(jobs, follower, session);
    if (unknown) return unknown;
    const toChange = jobs.filter((job) => isPaused(job, follower) !== (wish === "paused"));
    if (toChange.length > 0) {
      const records = toChange.map((job) => recordOf(wish, job, io));
      const failed = await appendAndRead(session.link, follower, io, records);
      if (failed) return failed;
    }
    const lost = toChange.filter((job) => isPaused(job, follower) !== (wish === "paused"));
    if (lost.length > 0) return overtaken(lost);
    const results = jobs.map((job) => resultOf(job, toChange, follower, session));
    if (options.json) printJson(results, follower, io);
    else printText(wish, results, follower, io);
    return EXIT.ok;
  });
}

/** What was asked is in the ledger and came too late: somebody has changed the file. */
function overtaken(jobs: readonly string[]): Refusal {
  const names = plain(jobs.join(", "));
  const message = `clockd: not done, removed or renamed in this moment: ${names}\n`;
  return { code: EXIT.problems, message };
}

function checkJobs(
  jobs: readonly string[],
  { state }: Follower,
  { file }: Session,
): Refusal | undefined {
  for (const job of jobs) {
    if (state.jobs.has(job)) continue;
    if ("config" in file && file.config.jobs.has(job)) {
      return usage(`no clock has led with the job "${job}" yet: write paused: true into the file`);
    }
    return usage(`there is no job "${job}" in the ledger${meantHint(job, state.jobs.keys())}`);
  }
  return undefined;
}

function isPaused(job: string, { state }: Follower): boolean {
  return state.jobs.get(job)?.paused !== undefined;
}

function recordOf(event: Wish, job: string, io: LedgerIo): JobRecord {
  return { kind: "job", at: io.time.now(), event, job, by: personOf(io) };
}

interface Result {
  job: string;
  paused: { by: string; at: string } | null;
  /** False: it was so already. */
  changed: boolean;
  pausedInFile: boolean;
}

function resultOf(
  job: string,
  changed: readonly string[],
  { state }: Follower,
  { file }: Session,
): Result {
  const paused = state.jobs.get(job)?.paused;
  return {
    job,
    paused: paused ? { by: paused.by, at: new Date(paused.at).toISOString() } : null,
    changed: changed.includes(job),
    pausedInFile: "config" in file && file.config.jobs.get(job)?.paused === true,
  };
}

function printJson(jobs: readonly Result[], { state }: Follower, { out }: LedgerIo): void {
  out(`${JSON.stringify({ jobs, leader: state.leader?.clock ?? null })}\n`);
}

function printText(
  wish: Wish,
  results: readonly Result[],
  { state }: Follower,
  { out, time }: LedgerIo,
): void {
  for (const { job, paused, changed, pausedInFile } of results) {
    const since = paused ? ` by ${paused.by} since ${paused.at}` : "";
    const was = wish === "paused" ? `was paused already${since}` : "was not paused";
    const held =
      wish === "resumed" && pausedInFile ? "; the file still holds it: paused: true" : "";
    out(`${plain(`${job} ${changed ? `is ${wish}` : was}${held}`)}\n`);
  }
  if (!results.some(({ changed }) => changed)) return;
  const who = leaderWords(state, time.now());
  const until = state.leader ? "" : ": it holds as soon as one does";
  out(`${plain(`${who}${until}`)}\n`);
}
