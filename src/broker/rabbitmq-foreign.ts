import type { Fire, PublishTarget } from "../ledger/fire.ts";
import type { BrokerProblem, FireOutcome } from "./broker.ts";
import { type Connected, onScratchChannel } from "./rabbitmq-connect.ts";
import { inDoubt, type Learned, type Pending, undeliverable } from "./rabbitmq-publisher.ts";
import { createSide } from "./rabbitmq-side.ts";
import { encodeFire } from "./wire.ts";

/** Publishes to exchanges that belong to other services. */
export interface Foreign extends Pending {
  publish(fire: Fire, target: PublishTarget, now: number): Promise<FireOutcome>;
  /** Fires that came and have no outcome yet, sent or not. */
  readonly open: number;
}

/**
 * A publish to a missing or forbidden exchange closes its channel and takes every open confirm with
 * it. So these have a channel of their own, the exchange is looked for first, and a refusal is the
 * end of the fires to that exchange only.
 */
export function createForeign(connected: Connected, learned: Learned): Foreign {
  /** What is known of each exchange; gone when the channel is closed, for then something changed. */
  const known = new Map<string, Promise<BrokerProblem | undefined>>();
  const side = createSide(connected, learned, () => known.clear());
  let open = 0;

  function look(exchange: string): Promise<BrokerProblem | undefined> {
    // The default exchange is always there, and must not be asked for.
    if (exchange === "") return Promise.resolve(undefined);
    const answer = onScratchChannel(connected, (channel) =>
      channel.checkExchange(exchange).then(() => undefined),
    );
    // Only good news is kept: a missing exchange may be made in the next moment.
    void answer.then((bad) => bad && known.delete(exchange));
    return answer;
  }

  async function send(fire: Fire, target: PublishTarget, now: number): Promise<FireOutcome> {
    const { exchange, routingKey: key } = target;
    if (!known.has(exchange)) known.set(exchange, look(exchange));
    const missing = await known.get(exchange);
    if (missing?.code === "BROKER_REFUSED") return refused(exchange, missing.message);
    if (missing) return inDoubt(missing.message);
    const { outcome, refusal } = await side.publish(encodeFire(fire, now), { exchange, key });
    if (outcome.kind !== "in-doubt" || !isAbout(refusal, exchange)) return outcome;
    return refused(exchange, refusal as string);
  }

  return {
    async publish(fire, target, now) {
      open++;
      const outcome = await send(fire, target, now);
      open--;
      return outcome;
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

/** The broker cuts its sentence at 255 bytes, maybe in the middle of the exchange's name. */
function isAbout(refusal: string | undefined, exchange: string): boolean {
  const match = /exchange '([^'"]*)('?)/.exec(refusal ?? "");
  if (!match) return false;
  const [, name = "", end] = match;
  return end === "'" ? name === exchange : exchange.startsWith(name);
}

function refused(exchange: string, reason: string): FireOutcome {
  return undeliverable("BROKER_EXCHANGE", `the broker refuses exchange "${exchange}": ${reason}`);
}
