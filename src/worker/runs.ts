import type { Delivery } from "../broker/broker.ts";
import { isWireProblem } from "../broker/wire.ts";
import type { Time } from "../clock/time.ts";
import type { Job, RunTask } from "../config/config.ts";
import type { Emit } from "../observe/events.ts";
import { systemAccounts } from "./accounts.ts";
import { type Outcome, startCommand } from "./command.ts";
import { type EndedAttempts, endedAttempts } from "./ended.ts";
import { commandOf, type Surroundings } from "./environment.ts";
import type { Guard } from "./guard.ts";
import { bury, finish, giveBack, type Held, keyOf, naming, type Source } from "./held.ts";
import { identityOf, ownIdentity } from "./identity.ts";
import type { RecordEnd } from "./record.ts";
import { tellEnd, watchFor } from "./telling.ts";
import { planFor, verdictOf } from "./verdict.ts";

export interface RunsOptions {
  /** The most commands going at once, over all queues. */
  concurrency: number;
  /** Asked when a run starts, so that a reloaded file counts at once. */
  job(name: string): Job | undefined;
  /** The folder of the config file, absolute. */
  folder(): string;
  environment: Readonly<Record<string, string | undefined>>;
  time: Time;
  emit: Emit;
  /** Has every command's process group while it runs. */
  guard?: Guard;
  /** Called when an attempt has ended, before its message is settled. */
  recordEnd: RecordEnd;
}

/** The fires that this worker holds: those that wait for a place, and those that are going. */
export interface Runs {
  /** Starts it, or lets it wait for a place, in the order of the calls. */
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
  /** Resolves when nothing is going and everything that has ended is settled. */
  idle(): Promise<void>;
  /** Resolves when every message that is to be buried is. Needs the broker, and may take long. */
  buried(): Promise<void>;
}

interface State {
  options: RunsOptions;
  identify: Surroundings["identify"];
  phase: "starting" | "holding" | "giving-back";
  /** Both by attempt, in the order of arrival. */
  waiting: Map<string, Held>;
  going: Map<string, Held>;
  ended: EndedAttempts;
  /** Runs that are not settled yet. */
  open: Set<Promise<void>>;
  burials: Set<Promise<void>>;
}

/** Far more attempts than can end while the broker is away. */
const MOST_REMEMBERED = 10_000;
const NOT_STARTED = "it had not started when this worker stopped";

/**
 * The runs of one worker. A run outlives the link that its message came over: when the broker
 * delivers the same attempt again, that message is settled by the run that is going or, when it
 * has ended meanwhile, at once. So a lost connection does not run a command twice here.
 */
export function createRuns(options: RunsOptions): Runs {
  const [accounts, own] = [systemAccounts(), ownIdentity()];
  const state: State = {
    options,
    identify: (starting) => identityOf(starting, accounts, own),
    phase: "starting",
    waiting: new Map(),
    going: new Map(),
    ended: endedAttempts(MOST_REMEMBERED),
    open: new Set(),
    burials: new Set(),
  };
  return {
    take: (delivery, source) => take(state, delivery, source),
    lose: (source) => lose(state, source),
    hold() {
      state.phase = "holding";
    },
    giveBackWaiting: () => giveBackWaiting(state),
    terminate() {
      for (const { running } of state.going.values()) running?.terminate();
    },
    kill() {
      for (const { running } of state.going.values()) running?.kill();
    },
    idle: () => empty(state.open),
    buried: () => empty(state.burials),
  };
}

function take(state: State, delivery: Delivery, source: Source): void {
  const { emit } = state.options;
  const fire = delivery.content;
  if (source.lost) return;
  if (isWireProblem(fire)) {
    const named = fire.job === undefined ? {} : { job: fire.job };
    track(state.burials, bury(delivery, fire.problem, named, emit));
    return;
  }
  const key = keyOf(fire);
  const message = { delivery, source };
  const same = state.going.get(key) ?? state.waiting.get(key);
  if (state.ended.covers(key, delivery.redelivered || fire.maybeDuplicate)) {
    emit({ type: "run.copy_dropped", ...naming(fire), reason: "it has already run here" });
    state.ended.add(key, delivery.finish());
  } else if (same) {
    emit({ type: "run.copy_dropped", ...naming(fire), reason: "this worker has it already" });
    same.messages.push(message);
  } else if (state.phase === "giving-back") {
    giveBack({ fire, messages: [message] }, NOT_STARTED, emit);
  } else {
    state.waiting.set(key, { fire, messages: [message] });
    startWaiting(state);
  }
}

function lose({ waiting }: State, source: Source): void {
  source.lost = true;
  for (const [key, { messages }] of waiting) {
    if (messages.every((message) => message.source.lost)) waiting.delete(key);
  }
}

function giveBackWaiting(state: State): void {
  state.phase = "giving-back";
  for (const held of state.waiting.values()) giveBack(held, NOT_STARTED, state.options.emit);
  state.waiting.clear();
}

function startWaiting(state: State): void {
  const { concurrency, job, emit } = state.options;
  for (const [key, held] of state.waiting) {
    if (state.phase !== "starting" || state.going.size >= concurrency) return;
    state.waiting.delete(key);
    const { fire, messages } = held;
    const plan = planFor(fire, job(fire.job));
    if (plan.kind === "run") {
      start(state, held, plan.task);
    } else {
      const named = { job: fire.job, fire: fire.id };
      const buryOne = ({ delivery }: (typeof messages)[number]) =>
        track(state.burials, bury(delivery, plan.reason, named, emit));
      messages.forEach(buryOne);
    }
  }
}

function start(state: State, held: Held, task: RunTask): void {
  const { environment, folder, time, emit, guard } = state.options;
  const { fire, messages } = held;
  const { queue } = messages[0]!.delivery;
  state.going.set(keyOf(fire), held);
  const { identify } = state;
  const command = commandOf(fire, task, { environment, folder: folder(), queue, identify });
  held.running = startCommand(command, watchFor(fire, queue, emit), time, guard);
  track(
    state.open,
    held.running.ended.then((outcome) => end(state, held, outcome)),
  );
}

function end(state: State, held: Held, outcome: Outcome): void {
  const { emit, recordEnd } = state.options;
  const { fire } = held;
  state.going.delete(keyOf(fire));
  tellEnd(fire, outcome, emit);
  const verdict = verdictOf(outcome);
  const why = verdict.kind === "give-back" ? verdict.reason : undefined;
  recordEnd(fire, outcome, outcome.reason ?? why);
  if (verdict.kind === "give-back") giveBack(held, verdict.reason, emit);
  else state.ended.add(keyOf(fire), finish(held));
  startWaiting(state);
}

function track(open: Set<Promise<void>>, work: Promise<void>): void {
  const done = work.finally(() => open.delete(done));
  open.add(done);
}

async function empty(open: ReadonlySet<Promise<void>>): Promise<void> {
  while (open.size > 0) await Promise.all(open);
}
