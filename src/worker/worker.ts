import type { Broker, BrokerProblem, Delivery, WorkerLink } from "../broker/broker.ts";
import { isBrokerProblem } from "../broker/broker.ts";
import { keepConnected } from "../broker/connect.ts";
import { aborted, after, firstOf } from "./after.ts";
import type { Source } from "./held.ts";
import { createRuns, type Runs, type RunsOptions } from "./runs.ts";

export interface WorkerDeps extends RunsOptions {
  broker: Broker;
  /** The work queues to take from. */
  queues: readonly string[];
}

export interface Worker {
  /**
   * Takes and runs deliveries until `stop` is aborted or `drain` is called, and connects again
   * whenever the link is lost. What has not started then is given back; what is going goes on, for
   * `drain` to end. Resolves when it is drained. To be called once.
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
  /** Resolved when the link is no good any more, without being lost. */
  given: PromiseWithResolvers<BrokerProblem>;
  haste: "none" | "terminate" | "kill";
  /** Aborted when it is drained: a link is not wanted any more. */
  over: AbortController;
  drainAsked: boolean;
  stoppedTaking: Promise<void> | undefined;
  drained: Promise<void> | undefined;
}

/** How long a link that is no longer answered may delay the giving back. */
const STOP_TAKING_MS = 2000;

/** How long records, retries and burials may take at the end. */
const SETTLE_MS = 5000;

/** How long notices may take at the end. */
const NOTICES_MS = 5000;

const STUCK: BrokerProblem = {
  code: "BROKER_LEDGER",
  message: "a record that was confirmed cannot be read",
};

/** How long settlements may take to reach the broker at the end. */
const CLOSE_MS = 5000;

/** Makes a worker that does nothing before `run`. */
export function createWorker(deps: WorkerDeps): Worker {
  const onStuck = (link: WorkerLink) => {
    if (link === state.link) state.given.resolve(STUCK);
  };
  const state: State = {
    deps,
    runs: createRuns(deps, onStuck),
    stopping: new AbortController(),
    link: undefined,
    given: Promise.withResolvers(),
    haste: "none",
    over: new AbortController(),
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
  const over = aborted(state.over.signal);
  void aborted(signal).then(() => stopTaking(state));
  stop.addEventListener("abort", abort, { once: true });
  if (stop.aborted) abort();
  const { deps, runs } = state;
  const { broker, queues, concurrency, time, emit, random } = deps;
  let source: Source = { lost: false };
  const open = async () => {
    const own: Source = { lost: false };
    source = own;
    const onDelivery = (delivery: Delivery) => runs.take(delivery, own);
    const link = await broker.openWorker({ queues, prefetch: concurrency, onDelivery });
    if (isBrokerProblem(link)) runs.lose(own);
    else void link.lost.then(() => runs.lose(own));
    return link;
  };
  const use = async (link: WorkerLink) => {
    state.link = link;
    state.given = Promise.withResolvers();
    if (signal.aborted) await stopLate(state, link);
    await Promise.race([taking(state, link, source), over]);
  };
  const { place } = broker;
  // Also while it drains: without a link nothing of what ends could be recorded.
  await keepConnected(open, use, { place, time, emit, random, stop: state.over.signal });
  stop.removeEventListener("abort", abort);
}

/** The stop came before the link: what it delivers is given back. */
async function stopLate(state: State, link: WorkerLink): Promise<void> {
  await firstOf([link.stopTaking(), link.lost], STOP_TAKING_MS);
  if (state.over.signal.aborted) await link.close(CLOSE_MS);
}

/** Resolves when the link is lost, or given up because the ledger cannot be read over it. */
async function taking(state: State, link: WorkerLink, source: Source): Promise<void> {
  const { deps, runs, stopping } = state;
  const { broker, queues, concurrency, emit } = deps;
  if (!stopping.signal.aborted) {
    emit({ type: "worker.taking", queues: [...queues], concurrency });
  }
  const unread = runs.ledger.open(link).then((problem) => problem ?? new Promise<never>(() => {}));
  const { code, message } = await Promise.race([link.lost, unread, state.given.promise]);
  state.link = undefined;
  if (link.isLost) return;
  runs.lose(source);
  emit({ type: "broker.lost", place: broker.place, code, reason: message });
  await link.close(0);
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
  // A broker that takes nothing (an alarm) must not hold the end up: what is not settled comes again.
  await firstOf([state.runs.settled()], SETTLE_MS);
  await state.runs.told(NOTICES_MS);
  state.runs.end();
  state.over.abort();
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
