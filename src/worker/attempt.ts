import type { Instant, Time } from "../clock/time.ts";
import type { Job, RunTask } from "../config/config.ts";
import type { Judgement } from "../ledger/judge.ts";
import type { Pace } from "../ledger/pace.ts";
import { attemptOf, type RunsState } from "../ledger/run-state.ts";
import type { Emit } from "../observe/events.ts";
import { aborted, after } from "./after.ts";
import { type Claimant, claimOf, startOf } from "./claim.ts";
import type { Outcome, RunningCommand } from "./command.ts";
import { isExpired } from "./expiry.ts";
import type { Held } from "./held.ts";
import type { Places } from "./places.ts";
import { restOf } from "./retry.ts";
import type { RunLedger } from "./run-ledger.ts";
import type { Settle } from "./settle.ts";
import { type Turn, turnOf } from "./turn.ts";
import { type Plan, planFor } from "./verdict.ts";

export interface AttemptDeps {
  ledger: RunLedger;
  places: Places;
  claimant: Claimant;
  settle: Settle;
  /** What this worker is called in the ledger: host and pid. */
  name: string;
  job(name: string): Job | undefined;
  /** Nothing starts any more, and what waits is to be given back. */
  isHolding(): boolean;
  start(held: Held, task: RunTask): RunningCommand;
  /** Whether this worker has the claim at heart: its run is going, or waits for its turn. */
  isLive(claim: string): boolean;
  pace: Pace;
  time: Time;
  emit: Emit;
}

/**
 * Everything from a message to its end: waits for a place, claims the run, waits for its turn, runs
 * the command, and settles what comes of it.
 */
export async function attend(held: Held, deps: AttemptDeps): Promise<void> {
  const { settle, ledger } = deps;
  for (;;) {
    if (!(await takePlace(held, deps))) return settle.leave(held);
    const plan = planFor(held.fire, deps.job(held.fire.job));
    if (plan.kind === "bury") return settle.bury(held, plan.reason);
    if (!(await ledger.ready(held.gone.signal))) return settle.leave(held);
    // Without a claim, which would end others for its sake. But a copy says nothing of its run.
    if (isNew(held, ledger.state) && isOld(held, plan, deps)) return settle.skip(held, EXPIRED);
    const judged = await claim(held, plan.task, deps);
    if (!judged) return settle.leave(held);
    if (judged.kind !== "run" && judged.kind !== "heir") return answer(held, judged, deps);
    const turn = await awaitTurn(held, judged.kind === "heir", deps);
    if (turn.kind === "skip") return settle.skip(held, turn);
    if (turn.kind === "wait") return settle.leave(held);
    if (turn.kind !== "start") continue;
    return run(held, deps);
  }
}

const EXPIRED = { why: "expired" } as const;

function isOld(
  { fire }: Held,
  { task, job }: Plan & { kind: "run" },
  { time }: AttemptDeps,
): boolean {
  return isExpired(task.expires, fire.slot, job.schedule, time.now());
}

function isNew({ fire, message }: Held, { runs, ended }: RunsState): boolean {
  return message === 1 && !runs.has(fire.id) && !ended.has(fire.id);
}

function by({ name, time }: AttemptDeps): { worker: string; at: Instant } {
  return { worker: name, at: time.now() };
}

async function takePlace(held: Held, { places, isHolding }: AttemptDeps): Promise<boolean> {
  const { signal } = held.gone;
  if (!held.hasPlace) held.hasPlace = await places.take(signal);
  // What was asked to hold waits to be told whether its message is still worth something.
  if (isHolding()) await aborted(signal);
  return held.hasPlace && !signal.aborted;
}

export function freePlace(held: Held, { free }: Places): void {
  if (!held.hasPlace) return;
  held.hasPlace = false;
  free();
}

async function claim(
  held: Held,
  { overlap }: RunTask,
  deps: AttemptDeps,
): Promise<Judgement | undefined> {
  const nonce = deps.claimant.next();
  held.claim = nonce;
  return deps.ledger.claim(claimOf(held, nonce, overlap, by(deps)), held.gone.signal);
}

/** The claim does not stand, and what that means for its message. */
function answer(
  held: Held,
  judged: Exclude<Judgement, { kind: "run" | "heir" }>,
  { settle, time }: AttemptDeps,
): Promise<void> {
  delete held.claim;
  switch (judged.kind) {
    case "skip":
      return settle.skip(held, judged);
    case "schedule":
      return settle.again(held, restOf(Math.max(0, judged.due - time.now())));
    case "bury":
      return settle.buryAgain(held);
    case "drop":
      return settle.drop(held, judged.reason);
  }
}

/** Resolves with anything but `inherit`; with `wait` when it is not wanted any more. */
async function awaitTurn(held: Held, isHeir: boolean, deps: AttemptDeps): Promise<Turn> {
  const { ledger, places, claimant, isLive } = deps;
  const { fire } = held;
  const claim = held.claim!;
  const before = ledger.state.runs.get(fire.id)?.nonce;
  // Of its own claims this worker knows what has become: their links are lost.
  const isOwn = before !== undefined && claimant.isOwn(before) && !isLive(before);
  let waits = isHeir && !isOwn;
  const bell = createBell(held, deps);
  const callOff = after(deps.pace.heirWaits, () => {
    waits = false;
    bell.ring();
  });
  try {
    for (;;) {
      const rung = bell.next();
      // Without the whole ledger nothing can be said of what has become of the claim.
      const turn: Turn = ledger.isCurrent
        ? turnOf(ledger.state, fire.id, claim, waits)
        : { kind: "wait" };
      if (turn.kind === "void" || turn.kind === "skip") return turn;
      if (turn.kind !== "wait" && held.hasPlace && !deps.isHolding()) {
        if (turn.kind === "start") return turn;
        if (!(await ledger.put(startOf(held, claim, by(deps))))) return { kind: "wait" };
      } else if (turn.kind === "wait") {
        for (const { delivery } of held.messages) delivery.setAside();
        held.isAside = true;
        freePlace(held, places);
        await rung;
        if (held.gone.signal.aborted) return { kind: "wait" };
      } else if (!(await takePlace(held, deps))) {
        return { kind: "wait" };
      }
    }
  } finally {
    callOff();
    bell.end();
  }
}

/** Rings at every record of a run of its job, and when the attempt is not wanted any more. */
function createBell(held: Held, { ledger }: AttemptDeps) {
  let rung = Promise.withResolvers<void>();
  const ring = () => {
    rung.resolve();
    rung = Promise.withResolvers();
  };
  const unwatch = ledger.watch((record) => {
    if (!record || (record.event !== "alive" && record.job === held.fire.job)) ring();
  });
  held.gone.signal.addEventListener("abort", ring, { once: true });
  return { next: () => rung.promise, ring, end: unwatch };
}

async function run(held: Held, deps: AttemptDeps): Promise<void> {
  const { ledger, places, settle, job, start } = deps;
  // The file may have changed while it waited.
  const plan = planFor(held.fire, job(held.fire.job));
  if (plan.kind === "bury") return settle.bury(held, plan.reason);
  const found = ledger.state.runs.get(held.fire.id);
  if (found) held.fire = { ...held.fire, attempt: attemptOf(found) };
  const isFirst = held.fire.attempt === 1;
  if (isFirst && isOld(held, plan, deps)) return settle.skip(held, EXPIRED);
  held.running = start(held, plan.task);
  const outcome: Outcome = await held.running.ended;
  delete held.running;
  held.hasRun = true;
  freePlace(held, places);
  await settle.end(held, plan.task, outcome);
}
