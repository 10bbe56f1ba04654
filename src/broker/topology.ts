/** The names of everything that clockd makes in a RabbitMQ, all under the namespace. */
export interface Topology {
  /** Topic exchange through which every fire for a worker and every record goes. */
  exchange: string;
  /** Topic exchange between it and the work queues. */
  workExchange: string;
  /** Exchange and queue of the fires whose work queue is gone. */
  unrouted: string;
  dead: string;
  ledger: string;
  snapshots: string;
  leader: string;
  witness: string;
  workQueue(queue: string): string;
  workKey(queue: string): string;
  /** Exchange and queue of what waits for a step of `ms`. */
  retryStep(ms: number): string;
  /** Routing key of a record that goes to the ledger only. */
  ledgerKey(kind: string): string;
}

export function topologyOf(namespace: string): Topology {
  return {
    exchange: namespace,
    workExchange: `${namespace}.work`,
    unrouted: `${namespace}.unrouted`,
    dead: `${namespace}.dead`,
    ledger: `${namespace}.ledger`,
    snapshots: `${namespace}.snapshots`,
    leader: `${namespace}.leader`,
    witness: `${namespace}.witness`,
    workQueue: (queue) => `${namespace}.work.${queue}`,
    workKey: (queue) => `${WORK_KEY}${queue}`,
    retryStep: (ms) => `${namespace}.retry.${ms}`,
    ledgerKey: (kind) => `ledger.${kind}`,
  };
}

const WORK_KEY = "work.";

/** The queue that a routing key means; undefined when it is none of a work queue. */
export function queueOfKey(key: string): string | undefined {
  return key.startsWith(WORK_KEY) ? key.slice(WORK_KEY.length) : undefined;
}
