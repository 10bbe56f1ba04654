import type { Delivery, WorkerLink } from "../broker/broker.ts";
import { isWireProblem } from "../broker/wire.ts";
import type { Time } from "../clock/time.ts";
import type { Job } from "../config/config.ts";
import type { Pace } from "../ledger/pace.ts";
import type { Emit } from "../observe/events.ts";
import { after } from "./after.ts";
import { type AttemptDeps, attend, freePlace } from "./attempt.ts";
import { createClaimant } from "./claim.ts";
import type { RunningCommand } from "./command.ts";
import type { Guard } from "./guard.ts";
import { bury, giveBack, type Held, heldOf, keyOf, naming, type Source } from "./held.ts";
import { createNoticing } from "./noticing.ts";
import { createPlaces } from "./places.ts";
import { createRunLedger, type RunLedger } from "./run-ledger.ts";
import { createSettle } from "./settle.ts";
import { createStarter } from "./starter.ts";
import { watchOver } from "./watch.ts";

export interface RunsOptions {
  /** The most commands going at once, over all queues. */
  concurrency: number;
  /** What this worker is called in the ledger: host and pid. */
  name: string;
  /** Asked when a run starts, so that a reloaded file counts at once. */
  job(name: string): Job | undefined;
  /** The folder of the config file, absolute. */
  folder(): string;
  environment: Readonly<Record<string, string | undefined>>;
  time: Time;
  emit: Emit;
  /** Has every command's process group while it runs. */
  guard?: Guard;
  pace: Pace;
  /** 0 to 1, as Math.random. */
  random: () => number;
}

/** The fires that this worker holds: those that wait for a place, and those that are going. */
export interface Runs {
  readonly ledger: RunLedger;
  /** Runs it, or lets it wait for a place, in the order of the calls. */
  take(delivery: Delivery, source: Source): void;
  /** `source` is lost: what waits from it is forgotten, for the broker delivers it again. */
  lose(source: Source): void;
  /** From now on nothing starts. */
  hold(): void;
  /** Gives back what waits, and from now on everything that comes. */
  giveBackWaiting(): void;
  /** Ends what is going (TERM, then KILL); their messages are given back. */
  terminate(): void;
  /** KILLs what is going. */
  kill(): void;
  /** Resolves when no command is going. */
  idle(): Promise<void>;
  /** Resolves when everything is settled. Needs the broker, and may take long. */
  settled(): Promise<void>;
  /** Sends the notices that there are, within `ms`, and gives up the rest some seconds later. */
  told(ms: number): Promise<void>;
  /** Nothing is waited for any more. */
  end(): void;
}

interface State {
  options: RunsOptions;
  ledger: RunLedger;
  phase: "starting" | "holding" | "giving-back";
  /** By attempt, in the order of arrival. */
  held: Map<string, Held>;
  deps: AttemptDeps;
  /** Commands that are going; and everything that is not settled yet. */
  going: Set<Promise<unknown>>;
  open: Set<Promise<unknown>>;
}

const NOT_STARTED = "it had not started when this worker stopped";

/**
 * The runs of one worker. A run outlives the link that its message came over: when the broker
 * delivers the same attempt again, that message is settled by the run that is going. So a lost
 * connection does not run a command twice.
 */
export function createRuns(options: RunsOptions, onStuck: (link: WorkerLink) => void): Runs {
  const { name, concurrency, pace, time, emit, random, job } = options;
  const ledger: RunLedger = createRunLedger({
    ...{ now: time.now, onStuck, onMissed: (record) => noticing.onMissed(record) },
  });
  const noticing = createNoticing(options, ledger);
  const { notices, onFinal } = noticing;
  const settle = createSettle({ ledger, name, now: time.now, random, emit, onFinal });
  const claimant = createClaimant();
  const deps: AttemptDeps = {
    ...{ ledger, settle, claimant, name, job, pace, time, emit },
    places: createPlaces(concurrency),
    isHolding: () => state.phase !== "starting",
    start: createStarter(options, notices, (running) => track(state.going, running.ended)),
    isLive: (claim) => isLive(state, claim),
  };
  const state: State = {
    ...{ options, ledger, phase: "starting", held: new Map(), deps },
    ...{ going: new Set(), open: new Set() },
  };
  const live = () => state.held.values();
  const stopWatching = watchOver({ ledger, settle, claimant, name, now: time.now, pace, live });
  return {
    ledger,
    take: (delivery, source) => take(state, delivery, source),
    lose: (source) => lose(state, source),
    hold() {
      state.phase = "holding";
    },
    giveBackWaiting() {
      state.phase = "giving-back";
      for (const held of live()) if (!held.running) held.gone.abort();
    },
    terminate: () => interrupt(state, (running) => running.terminate("drain")),
    kill: () => interrupt(state, (running) => running.kill("drain")),
    idle: () => empty(state.going),
    settled: () => empty(state.open),
    told: notices.drain,
    end() {
      stopWatching();
      for (const { callOff } of live()) callOff();
      ledger.end();
    },
  };
}

function isLive({ held }: State, claim: string): boolean {
  return held.values().some((one) => one.claim === claim);
}

function interrupt({ held }: State, end: (running: RunningCommand) => void): void {
  for (const one of held.values()) {
    if (!one.running) continue;
    one.ending ??= { why: "drain" };
    end(one.running);
  }
}

function take(state: State, delivery: Delivery, source: Source): void {
  const { emit } = state.options;
  const fire = delivery.content;
  if (source.lost) return;
  if (isWireProblem(fire)) {
    const named = fire.job === undefined ? {} : { job: fire.job };
    track(state.open, bury(delivery, fire.problem, named, emit));
    return;
  }
  const key = keyOf(fire, fire.attempt);
  const same = state.held.get(key);
  const held = heldOf(fire, { delivery, source });
  if (same && !same.gone.signal.aborted) {
    emit({ type: "run.copy_dropped", ...naming(fire), reason: "this worker has it already" });
    same.messages.push(...held.messages);
    if (same.isKept) void state.deps.settle.drop(held, "this worker has it already");
  } else if (state.phase === "giving-back") {
    giveBack(held);
    emit({ type: "run.given_back", ...naming(fire), reason: NOT_STARTED });
  } else {
    state.held.set(key, held);
    track(state.open, serve(state, key, held));
  }
}

async function serve(state: State, key: string, held: Held): Promise<void> {
  const { options, deps } = state;
  const task = options.job(held.fire.job)?.task;
  // RabbitMQ does not let a message be held for ever.
  const deadline = task?.kind === "run" ? task.ackDeadline : Infinity;
  held.callOff = after(deadline, () => {
    if (held.claim === undefined) held.gone.abort();
    else void deps.settle.keep(held);
  });
  await attend(held, deps);
  held.callOff();
  freePlace(held, deps.places);
  if (state.held.get(key) === held) state.held.delete(key);
}

function lose({ held }: State, source: Source): void {
  source.lost = true;
  for (const one of held.values()) {
    if (one.running || one.isKept) continue;
    if (one.messages.length > 0 && one.messages.every((message) => message.source.lost)) {
      one.gone.abort();
    }
  }
}

function track(open: Set<Promise<unknown>>, work: Promise<unknown>): void {
  const done = work.finally(() => open.delete(done));
  open.add(done);
}

async function empty(open: ReadonlySet<Promise<unknown>>): Promise<void> {
  while (open.size > 0) await Promise.all(open);
}
