import { act, ended, tell } from "./act.ts";
import type { ClockProcess, ClockProgram } from "./clock.ts";
import type { Evidence } from "./evidence.ts";
import { type FailOver, measureFailOver } from "./failover.ts";
import { type Happened, leaderOf, pause } from "./field.ts";
import type { Collected, Ground } from "./ground.ts";
import { jobsUnderTest } from "./jobs.ts";
import { type Figures, judge } from "./judge.ts";
import type { RoundPlan } from "./kinds.ts";
import { buildStage, type Stage } from "./stage.ts";
import { allFire, becomeWell } from "./well.ts";

/** What became of a round. */
export interface Round {
  plan: RoundPlan;
  happened: readonly Happened[];
  /** Undefined when it did not come to a judgement. */
  figures: Figures | undefined;
  /** Undefined: the round was not about that. */
  failOver: FailOver | undefined;
  /** What is wrong, in sentences; empty: all is well. */
  problems: string[];
  evidence: (Evidence & Collected) | undefined;
  clocks: readonly { name: string; clock: ClockProcess }[];
  /** ms */
  duration: number;
}

/** Plays a round from its beginning to its end. Rejects only when `signal` is aborted. */
export async function playRound(
  plan: RoundPlan,
  ground: Ground,
  signal: AbortSignal,
  program = programFor(plan),
): Promise<Round> {
  const began = performance.now();
  const round: Omit<Round, "duration"> = {
    plan,
    happened: [],
    figures: undefined,
    failOver: undefined,
    problems: [],
    evidence: undefined,
    clocks: [],
  };
  const stage = await buildStage(plan, ground, program, signal);
  try {
    await play(round, stage, ground);
  } catch (error) {
    signal.throwIfAborted();
    round.problems.unshift(`the round broke off: ${(error as Error).message}`);
  } finally {
    round.clocks = stage.seats.flatMap(({ name, clocks }) =>
      clocks.map((clock, n) => ({ name: `${name}${n + 1}`, clock })),
    );
    await stage.clear().catch(({ message }) => round.problems.push(`cannot clear up: ${message}`));
  }
  return { ...round, duration: performance.now() - began };
}

function programFor({ faults }: RoundPlan): ClockProgram {
  return faults.some(({ kind }) => kind === "step") ? "steered" : "real";
}

async function play(
  round: Omit<Round, "duration">,
  stage: Stage,
  { isAtomic, hasServices }: Ground,
): Promise<void> {
  const { plan, problems } = round;
  const jobs = (edited: boolean) => jobsUnderTest(edited, hasServices);
  const isTried = ({ name }: { name: string }) => name === "second" || name === "foreign";
  for (const seat of stage.seats) seat.start();
  await allFire(stage, jobs(false).filter(isTried), 0);
  round.happened = await makeHappen(plan, stage);
  const furthest = await setRight(stage);
  const after = jobs(plan.faults.some(({ kind }) => kind === "edit"));
  await becomeWell(stage, after, furthest).catch(({ message }) => {
    stage.signal.throwIfAborted();
    problems.push(`after all was whole again: ${message}`);
  });
  const end = (await stopClocks(plan, stage)) + furthest;
  round.failOver = measureFailOver(round.happened, stage.seats);
  problems.push(...endings(stage));
  const collected = await stage.plot.collect();
  problems.push(...collected.odd);
  round.evidence = { ...collected, end, stopped: Date.now() + furthest };
  const brokerDied = plan.faults.some(({ kind }) => kind === "broker-kill");
  const verdict = judge(round.evidence, after, { brokerDied, isAtomic });
  round.figures = verdict.figures;
  problems.push(...verdict.problems);
}

/** Each fault at its time, counted from a whole second, and until all of them are over. */
async function makeHappen(plan: RoundPlan, stage: Stage): Promise<Happened[]> {
  const base = Math.ceil((Date.now() + 100) / 1000) * 1000;
  const outcomes = await Promise.allSettled(
    plan.faults.map(async (fault) => {
      await pause(base + fault.at - Date.now(), stage);
      return act(fault, stage);
    }),
  );
  const failed = outcomes.filter((outcome) => outcome.status === "rejected");
  if (failed.length > 0) throw new Error(failed.map(({ reason }) => reason.message).join("; "));
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<Happened>).value);
}

/**
 * Every seat has a clock again, and all wall clocks agree: on the one that was furthest ahead, for
 * what was fired by it is not fired again. Returns how far that is off. ms.
 */
async function setRight(stage: Stage): Promise<number> {
  for (const seat of stage.seats) seat.start();
  const furthest = Math.max(0, ...stage.seats.map(({ furthest }) => furthest));
  await Promise.all(
    stage.seats.filter(({ offset }) => offset !== furthest).map((seat) => seat.setOffset(furthest)),
  );
  return furthest;
}

/** Returns the moment up to which every slot has to be accounted for, ms UTC. */
async function stopClocks(plan: RoundPlan, stage: Stage): Promise<number> {
  const running = stage.seats.flatMap(({ clock }) => clock ?? []);
  const stop = async (clocks: ClockProcess[]) => {
    for (const clock of clocks) tell(clock, "term");
    await Promise.all(clocks.map(ended));
  };
  if (plan.stop === "leader-last") {
    const leader = leaderOf(stage.seats)?.clock;
    await stop(running.filter((clock) => clock !== leader));
  }
  const end = Date.now();
  await stop(running.filter(({ isRunning }) => isRunning));
  return end;
}

/** A clock has to live until it is told to end, and then to end well. */
function endings({ seats }: Stage): string[] {
  const problems: string[] = [];
  for (const { name, clocks } of seats) {
    for (const [n, clock] of clocks.entries()) {
      const { told, exit } = clock;
      if (exit?.signal === "SIGKILL" && told.includes("kill")) continue;
      if (exit?.code === 0 && told.includes("term")) continue;
      const wanted = told.length > 0 ? `told to ${told.join(" and ")}` : "told nothing";
      const how = exit?.signal ?? `exit code ${exit?.code}`;
      problems.push(`clock ${name}${n + 1} was ${wanted}, and ended with ${how}`);
    }
  }
  return problems;
}
