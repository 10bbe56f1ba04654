import type { Broker, WorkerLink } from "../broker/broker.ts";
import { isBrokerProblem } from "../broker/broker.ts";
import { connectWithBackoff } from "../broker/connect.ts";
import { after, firstOf } from "./after.ts";
import type { Source } from "./held.ts";
import { createRecorder } from "./record.ts";
import { createRuns, type Runs, type RunsOptions } from "./runs.ts";

export interface WorkerDeps extends Omit<RunsOptions, "recordEnd"> {
  broker: Broker;
  /** What this worker is called in the ledger: host and pid. */
  name: string;
  /** The work queues to take from. */
  queues: readonly string[];
  /** 0 to 1, as Math.random: spreads the waits before connecting again. */
  random: () => number;
}

export interface Worker {
  /**
   * Takes and runs deliveries, and connects again whenever the link is lost, until `stop` is
   * aborted or `drain` is called. What has not started then is given back; what is going goes on,
   * for `drain` to end. To be called once.
   */
  run(stop: AbortSignal): Promise<void>;
  /**
   * Takes no more, lets the runs end within `drainMs`, ends the others and gives their messages
   * back, and closes the link. A second call hurries as `terminate` does, and resolves with the
   * first.
   */
  drain(options: { drainMs: number }): Promise<void>;
  /** A drain in a hurry: ends the runs now (TERM, then KILL); when called again, KILLs them. */
  terminate(): void;
}

interface State {
  deps: WorkerDeps;
  runs: Runs;
  stopping: AbortController;
  link: WorkerLink | undefined;
  haste: "none" | "terminate" | "kill";
  /** Drained: a link that is still being made is not wanted any more. */
  over: boolean;
  drainAsked: boolean;
  stoppedTaking: Promise<void> | undefined;
  drained: Promise<void> | undefined;
}

/** How long a link that is no longer answered may delay the giving back. */
const STOP_TAKING_MS = 2000;

/** How long burials may take at the end. */
const BURY_MS = 2000;

/** How long settlements may take to reach the broker at the end. */
const CLOSE_MS = 5000;

/** Makes a worker that does nothing before `run`. */
export function createWorker(deps: WorkerDeps): Worker {
  const { name, time, emit } = deps;
  const recordEnd = createRecorder({ link: () => state.link, name, time, emit });
  const state: State = {
    deps,
    runs: createRuns({ ...deps, recordEnd }),
    stopping: new AbortController(),
    link: undefined,
    haste: "none",
    over: false,
    drainAsked: false,
    stoppedTaking: undefined,
    drained: undefined,
  };
  const drainOnce = (drainMs: number) => (state.drained ??= drain(state, drainMs));
  return {
    run: (stop) => run(state, stop),
    drain({ drainMs }) {
      // A `terminate` that came before is no reason to KILL.
      if (state.drainAsked) hurry(state);
      state.drainAsked = true;
      return drainOnce(drainMs);
    },
    terminate() {
      hurry(state);
      void drainOnce(0);
    },
  };
}

async function run(state: State, stop: AbortSignal): Promise<void> {
  const { signal } = state.stopping;
  const abort = () => state.stopping.abort();
  const stopped = whenAborted(signal).then(() => stopTaking(state));
  stop.addEventListener("abort", abort, { once: true });
  if (stop.aborted) abort();
  while (!signal.aborted) {
    const link = await connect(state);
    if (!link) break;
    state.link = link;
    if (signal.aborted) await keepForDrain(state, link);
    else await Promise.race([taking(state, link), stopped]);
  }
  stop.removeEventListener("abort", abort);
  await stopped;
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** The stop came while the link was being made; something may be going of it already. */
async function keepForDrain(state: State, link: WorkerLink): Promise<void> {
  await firstOf([link.stopTaking(), link.lost], STOP_TAKING_MS);
  if (state.over) await link.close(CLOSE_MS);
}

function connect({ deps, runs, stopping }: State): Promise<WorkerLink | undefined> {
  const { broker, queues, concurrency, time, emit, random } = deps;
  const open = async () => {
    const source: Source = { lost: false };
    const link = await broker.openWorker({
      queues,
      prefetch: concurrency,
      onDelivery: (delivery) => runs.take(delivery, source),
    });
    if (isBrokerProblem(link)) runs.lose(source);
    else void link.lost.then(() => runs.lose(source));
    return link;
  };
  return connectWithBackoff(open, {
    place: broker.place,
    time,
    emit,
    random,
    stop: stopping.signal,
  });
}

/** Resolves when the link is lost. */
async function taking(state: State, link: WorkerLink): Promise<void> {
  const { broker, queues, concurrency, emit } = state.deps;
  emit({ type: "worker.taking", queues: [...queues], concurrency });
  const { code, message } = await link.lost;
  state.link = undefined;
  emit({ type: "broker.lost", place: broker.place, code, reason: message });
}

/** Idempotent. */
function stopTaking(state: State): Promise<void> {
  const stop = async () => {
    const { runs, link } = state;
    runs.hold();
    // Given back earlier, a message could come straight back here.
    if (link) await firstOf([link.stopTaking(), link.lost], STOP_TAKING_MS);
    runs.giveBackWaiting();
  };
  return (state.stoppedTaking ??= stop());
}

async function drain(state: State, drainMs: number): Promise<void> {
  state.stopping.abort();
  const callOff = after(drainMs, () => {
    if (state.haste === "none") hurry(state);
  });
  await stopTaking(state);
  await state.runs.idle();
  callOff();
  // A broker that takes nothing (an alarm) must not hold the end up: what is not buried comes again.
  await firstOf([state.runs.buried()], BURY_MS);
  state.over = true;
  await state.link?.close(CLOSE_MS);
}

function hurry(state: State): void {
  if (state.haste === "none") {
    state.haste = "terminate";
    state.runs.terminate();
  } else {
    state.haste = "kill";
    state.runs.kill();
  }
}
