import {
  type BrokerProblem,
  isBrokerProblem,
  type WorkerLink,
  type WorkerOptions,
} from "./broker.ts";
import { createSettling, deliveryOf } from "./sqlite-delivery.ts";
import { createRecord, ledgerOf } from "./sqlite-ledger.ts";
import { openLink, type StoreOptions } from "./sqlite-link.ts";
import { takeFrom } from "./sqlite-take.ts";

/** Opens a link for a worker and starts to take deliveries. */
export async function openWorkerLink(
  { queues, prefetch, onDelivery }: WorkerOptions,
  options: StoreOptions,
): Promise<WorkerLink | BrokerProblem> {
  const link = await openLink("worker", options);
  if (isBrokerProblem(link)) return link;
  const ledger = ledgerOf(link, createRecord(link, options.now));
  const settling = createSettling(link);
  let isClosed = false;
  const taking = queues.map((queue) => {
    const onRow = (row: Parameters<typeof deliveryOf>[0]) => {
      const settled = () => taker.settled();
      onDelivery(
        deliveryOf(row, queue, { settling, settled, usable: () => !isClosed && !link.isLost }),
      );
    };
    const taker = takeFrom(link, queue, prefetch, onRow);
    return taker;
  });
  const stopTaking = async () => {
    await Promise.all(taking.map(({ stop }) => stop()));
  };
  return {
    append: ledger.append,
    lost: link.lost,
    get isLost() {
      return ledger.isLost;
    },
    stopTaking,
    async close(deadlineMs) {
      await stopTaking();
      isClosed = true;
      // With its row go its deliveries: others have them at once.
      await ledger.close(deadlineMs);
    },
  };
}
