import {
  type Broker,
  type ClockLink,
  type Delivery,
  isBrokerProblem,
  type LedgerLink,
  type WorkerLink,
} from "../../src/broker/broker.ts";
import { uniqueNamespace } from "../support/shared.ts";
import { type Adapter, QUEUES, usable } from "./conformance.ts";

/** A namespace of its own, and links that are closed at the end. */
export interface Rig {
  namespace: string;
  broker: Broker;
  clock(): Promise<ClockLink>;
  worker(options?: { queues?: string[]; prefetch?: number }): Promise<Taking>;
  ledger(): Promise<LedgerLink>;
  close(): Promise<void>;
}

export interface Taking {
  link: WorkerLink;
  deliveries: Delivery[];
}

export function createConformanceRig(adapter: Adapter, name: string): Rig {
  const namespace = uniqueNamespace(name);
  const broker = adapter.open(namespace);
  const close = [() => adapter.remove(namespace, QUEUES)];
  const closing = <L extends { close(deadlineMs: number): Promise<void> }>(link: L) => {
    close.unshift(() => link.close(1000));
    return link;
  };
  const worker: Rig["worker"] = async ({ queues = ["default"], prefetch = 1000 } = {}) => {
    const deliveries: Delivery[] = [];
    const onDelivery = (delivery: Delivery) => void deliveries.push(delivery);
    const link = closing(usable(await broker.openWorker({ queues, prefetch, onDelivery })));
    return { link, deliveries };
  };
  return {
    namespace,
    broker,
    worker,
    clock: async () => closing(usable(await broker.openClock(["default"]))),
    async ledger() {
      const link = await broker.openLedger();
      if (!isBrokerProblem(link)) return closing(link);
      // Readers make nothing; whoever works makes everything.
      await (await worker({ queues: ["other"] })).link.close(1000);
      return closing(usable(await broker.openLedger()));
    },
    async close() {
      for (const closeOne of close) await closeOne();
    },
  };
}
