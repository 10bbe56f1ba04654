import type { CommandLine, Trouble, WorkerEvidence } from "./evidence.ts";
import type { WorkerFigures } from "./judge.ts";
import type { FireStory } from "./outcomes.ts";

/** A command writes its line some time after it was started, and its worker has a clock, too. ms. */
export const SLACK_MS = 1000;

/** What is wrong with the starts of one fire's commands, in sentences; counts them in `figures`. */
export function judgeStarts(
  story: FireStory,
  starts: readonly CommandLine[],
  { troubles }: WorkerEvidence,
  figures: WorkerFigures,
): string[] {
  const { fire } = story;
  const problems: string[] = [];
  const inOrder = starts
    .toSorted((a, b) => a.at - b.at)
    .map((start) => ({ ...start, worker: workerOf(start, story, troubles) }));
  for (const [n, start] of inOrder.entries()) {
    figures.starts++;
    const { attempt } = start;
    const isClaimed = story.records.some(
      (record) => record.event === "claimed" && pidOf(record.worker) === start.worker,
    );
    if (!isClaimed) problems.push(`${fire}#${attempt} started without a claim of its worker`);
    const before = inOrder[n - 1];
    if (!before) continue;
    const from = `${fire}#${before.attempt}`;
    if (attempt === before.attempt) problems.push(`${from} was started twice`);
    else if (attempt < before.attempt) problems.push(`${from} was followed by #${attempt}`);
    else if (isFollowUp(story, before, start, troubles)) figures.retries++;
    else if (isTakenOver(story, before, start, troubles)) figures.takenOver++;
    else problems.push(`${from} was started again as #${attempt} without a reason`);
  }
  return problems;
}

/** The process that takes children over whose parents have died. */
const INIT = 1;

/**
 * A command whose worker was killed before it could ask for its parent names the system's first process: it
 * is of the worker that was killed and had claimed the fire last.
 */
function workerOf(
  { worker, at }: CommandLine,
  { records }: FireStory,
  troubles: readonly Trouble[],
): number {
  if (worker !== INIT) return worker;
  const killed = (pid: number) =>
    troubles.some(({ worker, from, to }) => worker === pid && to === Infinity && from <= at);
  const claims = records.filter((record) => record.event === "claimed" && record.at <= at);
  return claims.map((record) => pidOf(record.worker)).findLast(killed) ?? worker;
}

/**
 * The attempt, or one that came between and left no trace, has ended so that another one follows. Of those
 * that were claimed after that end and never seen, each one's worker was in trouble.
 */
function isFollowUp(
  { records }: FireStory,
  before: CommandLine,
  start: CommandLine,
  troubles: readonly Trouble[],
): boolean {
  const unseenAfter = (end: number) =>
    records.filter(
      ({ event, at, worker }) =>
        event === "claimed" &&
        at >= end &&
        at <= start.at &&
        troubles.some(
          (one) => one.worker === pidOf(worker) && one.from <= start.at && one.to >= at,
        ),
    ).length;
  return records.some((record) => {
    if (record.event !== "finished") return false;
    if (record.end !== "retry" && record.end !== "given-back") return false;
    const unseen = start.attempt - 1 - record.attempt;
    if (record.attempt < before.attempt || unseen < 0) return false;
    return unseen <= unseenAfter(record.at);
  });
}

/** An heir has said so, or the leader that it was lost, and the worker was in trouble since the start. */
function isTakenOver(
  { records }: FireStory,
  before: CommandLine,
  start: CommandLine,
  troubles: readonly Trouble[],
): boolean {
  const isSaid = records.some(
    ({ event, at }) =>
      (event === "started" || event === "lost") &&
      at >= before.at - SLACK_MS &&
      at <= start.at + SLACK_MS,
  );
  const isCaused = troubles.some(
    ({ worker, from, to }) =>
      (worker === undefined || worker === before.worker) &&
      from <= start.at &&
      to >= before.at - SLACK_MS,
  );
  return isSaid && isCaused;
}

function pidOf(worker: string): number {
  return Number(worker.split(":").at(-1));
}
