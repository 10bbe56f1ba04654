import { judge } from "./judge.ts";
import type {
  BuriedRecord,
  ClaimedRecord,
  FinishedRecord,
  Kept,
  KeptRecord,
  RunRecord,
  SkippedRecord,
} from "./run-record.ts";
import { type Ended, isStanding, type Run, type RunsState } from "./run-state.ts";

/** Far more than can be delivered again after their end. */
const MOST_ENDED = 50_000;
const MOST_CANCELLED = 10_000;
/** Those that wait for a message which somebody may have thrown away. */
const MOST_RUNS = 200_000;

/** Takes one more record into `state`, in place. */
export function applyRun(state: RunsState, record: RunRecord): void {
  const { event } = record;
  if (event === "claimed") claim(state, record);
  else if (event === "finished") finish(state, record);
  else if (event === "skipped") skip(state, record);
  else if (event === "buried") bury(state, record);
  else if (event === "cancel") cancel(state, record.fire, record.by);
  else if (event !== "alive" && event !== "dropped") change(state, record);
}

/** The leader fires again what nobody has: from here on there is a message for it. */
export function applyRefire({ runs }: RunsState, fire: string): boolean {
  const run = runs.get(fire);
  if (!run?.kept || isStanding(run)) return false;
  delete run.kept;
  return true;
}

function claim(state: RunsState, record: ClaimedRecord): void {
  const { job, fire, message, nonce, worker, copy, overlap, at } = record;
  const { kind } = judge(state, record);
  const old = state.runs.get(fire);
  if (kind === "heir") {
    old!.heir = { nonce, worker, copy };
    return;
  }
  if (kind !== "run") return;
  const keepsPlace = old !== undefined && isStanding(old);
  const extra = old?.extra ?? 0;
  const run: Run = {
    ...{ job, fire, message, extra, phase: "standing", nonce, worker, copy, overlap, since: at },
  };
  state.runs.set(fire, run);
  if (!keepsPlace) join(state, run);
  bound(state.runs, MOST_RUNS, (oldest) => isStanding(oldest));
}

function change(
  { runs, lines }: RunsState,
  record: RunRecord & { event: "started" | "kept" | "parked" | "lost" },
): void {
  const run = runs.get(record.fire);
  if (!run || !isStanding(run)) return;
  const { nonce } = record;
  if (record.event === "started") {
    if (run.heir?.nonce !== nonce) return;
    Object.assign(run, run.heir, { extra: run.extra + 1, since: record.at, phase: "standing" });
    delete run.heir;
  } else if (run.heir?.nonce === nonce) {
    // While it waits its message may be held for too long, too.
    if (record.event === "kept") run.kept = keptOf(record);
    if (record.event === "parked") delete run.heir;
  } else if (run.nonce === nonce) {
    delete run.heir;
    if (record.event === "kept") run.kept = keptOf(record);
    else if (record.event === "parked") run.phase = "parked";
    else {
      run.phase = "lost";
      run.extra++;
      leave(lines, run);
    }
  }
}

function keptOf({ kind: _, at: __, event, job, fire, worker, nonce, ...kept }: KeptRecord): Kept {
  return kept;
}

/**
 * Whether it is the end of the claim that has the run. What an old claim has to say after an heir has
 * started is void, also when that heir has ended by then.
 */
export function endCounts(
  { runs, ended }: RunsState,
  { fire, nonce }: Pick<FinishedRecord, "fire" | "nonce">,
): boolean {
  const run = runs.get(fire);
  return run ? run.nonce === nonce : !ended.has(fire);
}

/**
 * What the ledger stands for it goes on to stand for after an attempt: its next message may not have
 * been sent.
 */
function finish(state: RunsState, record: FinishedRecord): void {
  if (!endCounts(state, record)) return;
  const { fire, message, end, at, retryIn = 0 } = record;
  const run = state.runs.get(fire);
  if (end !== "retry" && end !== "given-back") {
    over(state, fire, { message, dead: end === "dead" });
    noteFailing(state, record);
    return;
  }
  // The same may be written twice, when the broker's answer was lost.
  if (!run || run.phase === "retry" || run.phase === "given-back") return;
  leave(state.lines, run);
  delete run.heir;
  if (end === "retry") {
    run.phase = "retry";
    run.due = at + retryIn;
    if (record.kept) run.kept = record.kept;
  } else {
    run.phase = "given-back";
    run.extra++;
  }
}

/** An end that somebody asked for says nothing of the job. */
function noteFailing({ failing }: RunsState, { job, ok, end }: FinishedRecord): void {
  if (ok) failing.delete(job);
  else if (end === "done" || end === "dead") failing.add(job);
}

function skip(state: RunsState, { fire, nonce, message }: SkippedRecord): void {
  const run = state.runs.get(fire);
  const isOurs = run && (run.nonce === nonce || run.heir?.nonce === nonce);
  if (run && isStanding(run) && !(nonce !== undefined && isOurs)) return;
  over(state, fire, { message, dead: false });
}

function bury(state: RunsState, { fire, nonce, message }: BuriedRecord): void {
  const run = state.runs.get(fire);
  if (run?.phase === "standing" && !run.heir && run.nonce !== nonce) return;
  over(state, fire, { message, dead: true });
}

function cancel({ cancelled, ended, runs }: RunsState, fire: string, by: string): void {
  if (ended.has(fire) && !runs.has(fire)) return;
  cancelled.set(fire, by);
  bound(cancelled, MOST_CANCELLED, () => false);
}

function over({ runs, lines, ended, cancelled }: RunsState, fire: string, how: Ended): void {
  const run = runs.get(fire);
  // It has ended already: that was before.
  if (!run && how.message === ended.get(fire)?.message) return;
  // Of an earlier attempt: there is a later one.
  if (how.message < Math.max(run?.message ?? 0, ended.get(fire)?.message ?? 0)) return;
  if (run) leave(lines, run);
  runs.delete(fire);
  cancelled.delete(fire);
  ended.delete(fire);
  ended.set(fire, how);
  bound(ended, MOST_ENDED, () => false);
}

function join({ lines }: RunsState, { job, fire }: Run): void {
  const line = lines.get(job);
  if (line) line.push(fire);
  else lines.set(job, [fire]);
}

function leave(lines: RunsState["lines"], { job, fire }: Run): void {
  const line = lines.get(job);
  const place = line?.indexOf(fire) ?? -1;
  if (place < 0) return;
  line!.splice(place, 1);
  if (line!.length === 0) lines.delete(job);
}

/**
 * Beyond `most`, forgets the oldest tenth of what is not needed. Not one by one: a map finds its first
 * entry by passing over all that were deleted before it.
 */
function bound<T>(map: Map<string, T>, most: number, isNeeded: (value: T) => boolean): void {
  if (map.size <= most) return;
  let left = most / 10;
  for (const [key, value] of map) {
    if (isNeeded(value)) continue;
    map.delete(key);
    if (--left <= 0) return;
  }
}
