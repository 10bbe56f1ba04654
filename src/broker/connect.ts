import type { Time } from "../clock/time.ts";
import type { Emit } from "../observe/events.ts";
import { type BrokerProblem, isBrokerProblem } from "./broker.ts";

export interface ConnectDeps {
  /** The broker's, for the log. */
  place: string;
  time: Time;
  emit: Emit;
  /** 0 to 1, as Math.random. */
  random: () => number;
  stop: AbortSignal;
  /** A loss has been said already: only now and then a reminder. */
  afterLoss?: boolean;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
/** About a minute between reminders. */
const REMIND_EVERY = 8;

/**
 * Opens a link, however long it takes: waits longer after each failure, never the same time on two
 * machines. Undefined when `stop` was aborted first.
 */
export async function connectWithBackoff<L extends object>(
  open: () => Promise<L | BrokerProblem>,
  { place, time, emit, random, stop, afterLoss = false }: ConnectDeps,
): Promise<L | undefined> {
  for (let attempt = 1; !stop.aborted; attempt++) {
    const link = await open();
    if (!isBrokerProblem(link)) {
      emit({ type: "broker.connected", place });
      return link;
    }
    const retryIn = backoffDelay(attempt, random());
    const { code, message } = link;
    const quiet = (attempt > 1 || afterLoss) && attempt % REMIND_EVERY !== 0;
    emit({ type: "broker.unreachable", place, code, reason: message, attempt, retryIn, quiet });
    await time.sleepUntil(time.now() + retryIn, stop);
  }
  return undefined;
}

/** What every link tells of its end. */
interface Losable {
  lost: Promise<BrokerProblem>;
}

/**
 * Keeps a link open until `stop` is aborted: opens one, hands it to `use`, and opens another when
 * `use` ends. Says once that a link was lost, whenever that happens.
 */
export async function keepConnected<L extends Losable>(
  open: () => Promise<L | BrokerProblem>,
  use: (link: L) => Promise<void>,
  deps: ConnectDeps,
): Promise<void> {
  const { place, emit, stop } = deps;
  let afterLoss = false;
  while (!stop.aborted) {
    const link = await connectWithBackoff(open, { ...deps, afterLoss });
    if (!link) return;
    void link.lost.then(({ code, message }) => {
      afterLoss = true;
      emit({ type: "broker.lost", place, code, reason: message });
    });
    await use(link);
  }
}

/** ms before attempt + 1: doubles up to a limit, and is spread over its upper half. */
export function backoffDelay(attempt: number, random: number): number {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt - 1, 30));
  return Math.round(longest * (0.5 + random / 2));
}
