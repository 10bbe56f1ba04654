import type { BrokerProblem, WorkerLink, WorkerOptions } from "./broker.ts";
import { withDeadline } from "./deadline.ts";
import { createSettling, deliveryOf } from "./sqlite-delivery.ts";
import { closedOutcome, createRecord, ledgerOf } from "./sqlite-ledger.ts";
import { type Link, openLink, type StoreOptions } from "./sqlite-link.ts";
import { createRetrying } from "./sqlite-retry.ts";
import { takeFrom, type WorkRow } from "./sqlite-take.ts";
import { wakeWaiting } from "./sqlite-waiting.ts";

/** Opens a link for a worker and starts to take deliveries. */
export function openWorkerLink(
  wanted: WorkerOptions,
  options: StoreOptions,
): Promise<WorkerLink | BrokerProblem> {
  return openLink("worker", options, (link) => workerOf(link, wanted, options));
}

function workerOf(
  link: Link,
  { queues, prefetch, onDelivery }: WorkerOptions,
  { now }: StoreOptions,
): WorkerLink {
  const ledger = ledgerOf(link, createRecord(link, now), now);
  const settling = createSettling(link);
  let isClosed = false;
  const usable = () => !isClosed && !link.isLost;
  const taking = queues.map((queue) => {
    const onRow = (row: WorkRow) => {
      const settled = () => taker.settled();
      onDelivery(deliveryOf(row, queue, { settling, settled, usable, now }));
    };
    const taker = takeFrom(link, queue, prefetch, onRow);
    return taker;
  });
  const { again, bury } = createRetrying(link, now);
  const stopWaking = wakeWaiting(link, queues, now);
  const stopTaking = async () => {
    stopWaking();
    await Promise.all(taking.map(({ stop }) => stop()));
  };
  return {
    ...ledger,
    get isLost() {
      return ledger.isLost;
    },
    again: async (fire, delayMs) => (usable() ? again(fire, delayMs) : closedOutcome()),
    bury: async (fire, reason) => (usable() ? bury(fire, reason) : closedOutcome()),
    stopTaking,
    async close(deadlineMs) {
      const end = performance.now() + deadlineMs;
      // A locked file may not answer for long.
      await withDeadline(stopTaking(), deadlineMs);
      isClosed = true;
      // With its row go its deliveries: others have them at once.
      await ledger.close(Math.max(0, end - performance.now()));
    },
  };
}
