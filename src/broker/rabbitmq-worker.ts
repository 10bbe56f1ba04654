import {
  type BrokerProblem,
  isBrokerProblem,
  type WorkerLink,
  type WorkerOptions,
} from "./broker.ts";
import { pollUntil, withDeadline } from "./deadline.ts";
import { createBurying } from "./rabbitmq-bury.ts";
import { type Connected, onScratchChannel, orLost } from "./rabbitmq-connect.ts";
import { assertQueue, declareBase } from "./rabbitmq-declare.ts";
import { deliveryOf, type Settling } from "./rabbitmq-delivery.ts";
import { type LinkOptions, openLedgerParts, openOf } from "./rabbitmq-ledger.ts";
import { inDoubt } from "./rabbitmq-publisher.ts";
import { createRetrying } from "./rabbitmq-retry.ts";
import { createTaking } from "./rabbitmq-take.ts";

/** What the broker gets for the last settlements. ms. */
const SETTLE_MS = 300;

/** Makes a worker's link of a connection and starts the deliveries. */
export async function openWorkerLink(
  connected: Connected,
  options: WorkerOptions,
  common: LinkOptions,
): Promise<WorkerLink | BrokerProblem> {
  const { topology } = common;
  const failure =
    (await declareBase(connected, topology)) ??
    (await onScratchChannel(connected, async (channel) => {
      for (const queue of new Set(options.queues)) await assertQueue(channel, topology, queue);
      return undefined;
    }));
  if (failure) return failure;
  const parts = await openLedgerParts(connected, common);
  if (isBrokerProblem(parts)) return parts;
  const { link, channel, publisher, pending } = parts;
  const usable = () => !link.isLost;
  const burying = createBurying(connected, publisher, common);
  const retrying = createRetrying(connected, common);
  pending.push(retrying);
  const taking = createTaking(connected, channel, options, topology, (message, queue) =>
    options.onDelivery(deliveryOf(message, queue, settling)),
  );
  const { lose } = connected;
  const settling: Settling = {
    ...{ channel, burying, usable, lose, another: taking.another },
    any: false,
  };
  const consuming = await orLost(connected, taking.start());
  if (consuming) return consuming;

  return {
    ...link,
    get isLost() {
      return link.isLost;
    },
    again: async (fire, delayMs) => (usable() ? retrying.again(fire, delayMs) : closed()),
    bury: async (fire, reason) => (usable() ? burying.fire(fire, reason) : closed()),
    stopTaking: taking.stop,
    async close(deadlineMs) {
      if (usable()) {
        connected.closing();
        // Otherwise what is given back in this moment would come straight back here.
        await taking.stop();
        await pollUntil(() => openOf(pending) === 0, deadlineMs);
        // RabbitMQ's channel holds settlements for a quorum queue back when many come at once (more
        // than 32), and forgets them when it is closed. They are worth a moment.
        if (settling.any) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
        // Closing the channel first makes sure that the broker has read every settlement.
        await withDeadline(channel.close(), deadlineMs);
      }
      await link.close(0);
    },
  };
}

function closed() {
  return inDoubt("the link is closed");
}
