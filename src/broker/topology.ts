/** The names of everything that clockd makes in a RabbitMQ, all under the namespace. */
export interface Topology {
  /** Topic exchange through which every fire for a worker goes. */
  exchange: string;
  dead: string;
  workQueue(queue: string): string;
  workKey(queue: string): string;
}

export function topologyOf(namespace: string): Topology {
  return {
    exchange: namespace,
    dead: `${namespace}.dead`,
    workQueue: (queue) => `${namespace}.work.${queue}`,
    workKey: (queue) => `work.${queue}`,
  };
}
