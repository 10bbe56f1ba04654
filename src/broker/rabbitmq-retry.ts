import type { Fire } from "../ledger/fire.ts";
import type { BrokerProblem, FireOutcome } from "./broker.ts";
import { refuseDelay } from "./delay.ts";
import { type Connected, onScratchChannel } from "./rabbitmq-connect.ts";
import { declareBase } from "./rabbitmq-declare.ts";
import { assertDelays, delayRoute } from "./rabbitmq-delays.ts";
import type { LinkOptions } from "./rabbitmq-ledger.ts";
import { inDoubt, type Pending, undeliverable } from "./rabbitmq-publisher.ts";
import { createSide } from "./rabbitmq-side.ts";
import { encodeFire } from "./wire.ts";

/** Sends fires to their work queues once more, at once or later. */
export interface Retrying extends Pending {
  again(fire: Fire, delayMs: number): Promise<FireOutcome>;
}

/**
 * A quorum queue forgets what it has confirmed when its node is killed less than a second after the
 * queue was made (20 of 20 messages, 3.10.8 and 4.0.5). So nothing counts as confirmed before. ms.
 */
const YOUNG_MS = 3000;

export function createRetrying(
  connected: Connected,
  { topology, learned, now }: LinkOptions,
): Retrying {
  const side = createSide(connected, learned);
  let declaring: Promise<BrokerProblem | undefined> | undefined;
  /** ms of `performance.now()`. */
  let trustedFrom = 0;
  let open = 0;

  const declare = async (): Promise<BrokerProblem | undefined> => {
    const failure = await onScratchChannel(connected, (channel) => assertDelays(channel, topology));
    if (failure) declaring = undefined;
    trustedFrom = performance.now() + YOUNG_MS;
    return failure;
  };

  async function send(fire: Fire, queue: string, delayMs: number): Promise<FireOutcome> {
    const message = encodeFire(fire, now());
    const key = topology.workKey(queue);
    if (delayMs <= 0) return publish(message, { exchange: topology.workExchange, key });
    declaring ??= declare();
    const failure = await declaring;
    if (failure) return outcomeOf(failure);
    const { exchange, headers } = delayRoute(topology, delayMs);
    Object.assign(message.properties.headers, headers);
    const outcome = await publish(message, { exchange, key });
    await pause(trustedFrom - performance.now());
    return connected.isLost() ? inDoubt("the link was lost") : outcome;
  }

  const publish: (...args: Parameters<typeof side.publish>) => Promise<FireOutcome> = async (
    ...args
  ) => {
    const { outcome, refusal } = await side.publish(...args);
    const isGone = /no exchange '/.test(refusal ?? "");
    return isGone ? undeliverable("BROKER_UNROUTABLE", refusal as string) : outcome;
  };

  async function again(fire: Fire, delayMs: number): Promise<FireOutcome> {
    if (fire.target.kind !== "run") throw new Error("only a fire for a worker is sent again");
    const refused = refuseDelay(delayMs);
    if (refused) return refused;
    const { queue } = fire.target;
    const outcome = await send(fire, queue, delayMs);
    const isGone = outcome.kind === "undeliverable" && outcome.problem.code === "BROKER_UNROUTABLE";
    if (!isGone) return outcome;
    // Somebody deleted what was there: it is nowhere, and goes once everything is made again.
    declaring = undefined;
    const failure = await declareBase(connected, topology);
    return failure ? outcomeOf(failure) : send(fire, queue, delayMs);
  }

  return {
    async again(fire, delayMs) {
      open++;
      try {
        return await again(fire, delayMs);
      } finally {
        open--;
      }
    },
    get open() {
      return open;
    },
    get oldest() {
      return side.oldest;
    },
    abandon: side.abandon,
  };
}

function outcomeOf(failure: BrokerProblem): FireOutcome {
  const isRefusal = failure.code === "BROKER_REFUSED";
  return isRefusal ? { kind: "undeliverable", problem: failure } : inDoubt(failure.message);
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
