import { setTimeout as sleep } from "node:timers/promises";
import { processesWith } from "../../support/processes.ts";
import { until } from "../../support/until.ts";
import type { Ground } from "../ground.ts";
import { actOnWorkers, stop } from "./act.ts";
import type { WorkerEvidence } from "./evidence.ts";
import { DELAYS, MARK } from "./jobs.ts";
import { judgeWorkers, type WorkerFigures } from "./judge.ts";
import { type LedgerReader, openLedgerReader } from "./ledger.ts";
import { storiesOf } from "./outcomes.ts";
import type { WorkerPlan } from "./plan.ts";
import { buildWorkerStage, type WorkerStage } from "./stage.ts";

/** What became of a round. */
export interface WorkerRound {
  plan: WorkerPlan;
  figures: WorkerFigures | undefined;
  /** In sentences; empty: all is well. */
  problems: string[];
  evidence: WorkerEvidence | undefined;
  /** What each process has said. */
  logs: { name: string; lines: string[] }[];
  /** ms */
  duration: number;
}

const BEGUN_WITHIN_MS = 60_000;
/** Slots come due for so long after the last fault is over. ms. */
const AFTER_MS = 1500;
/** An heir waits 20 s, a link for up to 10, and jobs have to come to their turn. ms. */
const SETTLED_WITHIN_MS = 100_000;
/** A run that no message stands for is only missed after 90 s. */
const KEPT_WITHIN_MS = 220_000;
/** So long without a record, and nobody has anything to say any more. ms. */
const QUIET_MS = 1500;
const STOPS_WITHIN_MS = 20_000;

/** Plays a round from its beginning to its end. Rejects only when `signal` is aborted. */
export async function playWorkerRound(
  plan: WorkerPlan,
  ground: Ground,
  signal: AbortSignal,
): Promise<WorkerRound> {
  const began = performance.now();
  const round: WorkerRound = {
    ...{ plan, figures: undefined, problems: [], evidence: undefined, logs: [], duration: 0 },
  };
  const stage = await buildWorkerStage(plan, ground, signal);
  try {
    await play(round, stage);
  } catch (error) {
    signal.throwIfAborted();
    round.problems.unshift(`the round broke off: ${(error as Error).message}`);
    round.evidence ??= await collect(plan, stage).catch(() => undefined);
  } finally {
    round.logs = logsOf(stage);
    await stage.clear().catch(({ message }) => round.problems.push(`cannot clear up: ${message}`));
  }
  round.duration = performance.now() - began;
  return round;
}

async function play(round: WorkerRound, stage: WorkerStage): Promise<void> {
  const { plan, problems } = round;
  await begun(stage);
  await makeHappen(plan, stage);
  await well(stage);
  await sleep(AFTER_MS, undefined, { signal: stage.signal });
  await pauseAll(stage);
  await settled(plan, stage).catch(({ message }) => {
    stage.signal.throwIfAborted();
    problems.push(message);
  });
  problems.push(...(await stopAll(stage)));
  round.evidence = await collect(plan, stage);
  const verdict = judgeWorkers(round.evidence);
  round.figures = verdict.figures;
  problems.push(...verdict.problems);
}

/** Every worker is there, and commands are started. */
async function begun({ seats, lines, signal }: WorkerStage): Promise<void> {
  const isBegun = () => {
    signal.throwIfAborted();
    if (seats.some(({ worker }) => !worker)) throw new Error("a worker ended by itself");
    return seats.every(({ worker }) => worker?.isTaking) && lines().length >= 8;
  };
  await until(isBegun, BEGUN_WITHIN_MS, "workers to run commands");
}

/** Each fault at its time, and until all of them are over. */
async function makeHappen(plan: WorkerPlan, stage: WorkerStage): Promise<void> {
  const base = Math.ceil((Date.now() + 100) / 1000) * 1000;
  const outcomes = await Promise.allSettled(
    plan.faults.map(async (fault) => {
      const wait = base + fault.at - Date.now();
      await sleep(Math.max(0, wait), undefined, { signal: stage.signal });
      await actOnWorkers(fault, stage);
    }),
  );
  const failed = outcomes.filter((outcome) => outcome.status === "rejected");
  if (failed.length > 0) throw new Error(failed.map(({ reason }) => reason.message).join("; "));
}

async function well({ seats, clock, signal }: WorkerStage): Promise<void> {
  for (const seat of seats) seat.start();
  const isWell = () => {
    signal.throwIfAborted();
    const events = clock.lines.map(({ entry }) => entry.event);
    const leads = events.lastIndexOf("clock.leading") > events.lastIndexOf("broker.lost");
    return leads && seats.every(({ worker }) => worker?.isTaking);
  };
  await until(isWell, BEGUN_WITHIN_MS, "the clock to lead, and all workers to take");
}

async function pauseAll({ pause, clock }: WorkerStage): Promise<void> {
  pause();
  const isReloaded = ({ entry }: { entry: Record<string, unknown> }) =>
    entry.event === "config.reloaded";
  await clock.waitFor(isReloaded, BEGUN_WITHIN_MS, "the clock to pause everything");
}

/** Every fire has its outcome, and nobody has anything to say any more. */
async function settled(plan: WorkerPlan, stage: WorkerStage): Promise<void> {
  // What a broker that is killed may lose is fired again after the same time.
  const isKept =
    plan.jobs.some(({ ackDeadline }) => ackDeadline !== undefined) ||
    plan.faults.some(({ kind }) => kind === "broker-kill");
  const { namespace, plot, signal } = stage;
  let reader: LedgerReader | undefined;
  let heard = { count: 0, at: performance.now() };
  let open: string[] = [];
  const look = async () => {
    signal.throwIfAborted();
    if (!reader || reader.isLost) {
      await reader?.close();
      reader = await openLedgerReader(plot.url, namespace);
      await reader.catchUp();
    }
    const runs = reader.records.filter(({ kind }) => kind === "run" || kind === "fire");
    if (runs.length !== heard.count) heard = { count: runs.length, at: performance.now() };
    const stories = [...storiesOf(reader.records).values()];
    open = stories.filter(({ finals }) => finals.length === 0).map(({ fire }) => fire);
    if (open.length > 0 || performance.now() - heard.at < QUIET_MS) {
      await sleep(200, undefined, { signal });
      return false;
    }
    return true;
  };
  try {
    const deadline = isKept ? KEPT_WITHIN_MS : SETTLED_WITHIN_MS;
    await until(look, deadline, () => `every fire to have an outcome: ${open.length} have none`);
  } finally {
    await reader?.close();
  }
}

/** Ends workers and clock, and says who did not end as it was told. */
async function stopAll({ seats, clock }: WorkerStage): Promise<string[]> {
  await Promise.all(seats.flatMap(({ worker }) => (worker ? stop(worker) : [])));
  clock.signal("SIGTERM");
  await until(
    async () => Promise.race([clock.exited, sleep(50)]),
    STOPS_WITHIN_MS,
    "the clock to end",
  );
  const problems: string[] = [];
  for (const { name, workers } of seats) {
    for (const [n, { told, clockd }] of workers.entries()) {
      const { code, signal } = await clockd.exited;
      if (signal === "SIGKILL" && told.has("kill")) continue;
      if (code === 0 && told.has("term")) continue;
      const how = signal ?? `exit code ${code}`;
      problems.push(
        `worker ${name}${n + 1}, told ${[...told].join(" and ") || "nothing"}, ended with ${how}`,
      );
    }
  }
  const { code, signal } = await clock.exited;
  if (code !== 0) problems.push(`the clock ended with ${signal ?? `exit code ${code}`}`);
  return problems;
}

async function collect({ jobs }: WorkerPlan, stage: WorkerStage): Promise<WorkerEvidence> {
  const { namespace, plot, troubles } = stage;
  const alive = processesWith(MARK, namespace).map(({ pid, command }) => `${pid} ${command}`);
  const reader = await openLedgerReader(plot.url, namespace);
  try {
    await reader.catchUp();
    const letters = await reader.readLetters();
    const left = await plot.left(DELAYS);
    const lines = stage.lines();
    return { jobs, records: reader.records, lines, troubles, letters, left, alive };
  } finally {
    await reader.close();
  }
}

function logsOf({ seats, clock }: WorkerStage): WorkerRound["logs"] {
  const text = (lines: readonly { text: string }[]) => lines.map((line) => line.text);
  const workers = seats.flatMap(({ name, workers }) =>
    workers.map(({ clockd, pid }, n) => ({
      name: `${name}${n + 1}-${pid}`,
      lines: text(clockd.lines),
    })),
  );
  return [{ name: "clock", lines: text(clock.lines) }, ...workers];
}
