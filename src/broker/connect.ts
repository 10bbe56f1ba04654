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
  /** Links that were lost soon after they were opened, one after the other. */
  shortLived?: number;
}

/** What every link can do at its end. */
interface Losable {
  lost: Promise<BrokerProblem>;
  isLost: boolean;
  close(deadlineMs: number): Promise<void>;
}

/** A link that is lost sooner was no success: the waits go on growing. ms. */
const SETTLED_AFTER_MS = 10_000;

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
/** About a minute between reminders. */
const REMIND_EVERY = 8;

/**
 * Opens a link, however long it takes: waits longer after each failure, never the same time on two
 * machines. Undefined when `stop` was aborted first.
 */
export async function connectWithBackoff<L extends Losable>(
  open: () => Promise<L | BrokerProblem>,
  { place, time, emit, random, stop, afterLoss = false, shortLived = 0 }: ConnectDeps,
): Promise<L | undefined> {
  if (shortLived > 0) await time.sleepUntil(time.now() + backoffDelay(shortLived, random()), stop);
  for (let attempt = 1; !stop.aborted; attempt++) {
    const link = await openUnlessStopped(open, stop);
    if (!link) return undefined;
    if (!isBrokerProblem(link)) {
      emit({ type: "broker.connected", place });
      return link;
    }
    const retryIn = backoffDelay(attempt + shortLived, random());
    const { code, message } = link;
    const quiet = (attempt > 1 || afterLoss) && attempt % REMIND_EVERY !== 0;
    emit({ type: "broker.unreachable", place, code, reason: message, attempt, retryIn, quiet });
    await time.sleepUntil(time.now() + retryIn, stop);
  }
  return undefined;
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
  const { place, time, emit, stop } = deps;
  let afterLoss = false;
  let shortLived = 0;
  while (!stop.aborted) {
    const link = await connectWithBackoff(open, { ...deps, afterLoss, shortLived });
    if (!link) return;
    const openedAt = time.now();
    void link.lost.then(({ code, message }) => {
      afterLoss = true;
      emit({ type: "broker.lost", place, code, reason: message });
    });
    await use(link);
    shortLived = time.now() - openedAt < SETTLED_AFTER_MS ? shortLived + 1 : 0;
  }
}

/** A stop does not wait for a broker that does not answer; a link that comes late is closed. */
async function openUnlessStopped<L extends Losable>(
  open: () => Promise<L | BrokerProblem>,
  stop: AbortSignal,
): Promise<L | BrokerProblem | undefined> {
  const opening = open();
  const stopped = Promise.withResolvers<undefined>();
  const onStop = () => stopped.resolve(undefined);
  stop.addEventListener("abort", onStop, { once: true });
  const first = await Promise.race([opening, stopped.promise]);
  stop.removeEventListener("abort", onStop);
  if (first === undefined) {
    void opening.then((late) => (isBrokerProblem(late) ? undefined : late.close(0)));
  }
  return first;
}

/** ms before attempt + 1: doubles up to a limit, and is spread over its upper half. */
export function backoffDelay(attempt: number, random: number): number {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt - 1, 30));
  return Math.round(longest * (0.5 + random / 2));
}
