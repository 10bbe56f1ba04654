import type { BrokerProblem } from "./broker.ts";
import { type Connected, onScratchChannel } from "./rabbitmq-connect.ts";
import { assertQueue } from "./rabbitmq-declare.ts";
import type { Topology } from "./topology.ts";

/**
 * Work queues, and what is wrong with which. One that exists with other arguments is no reason to
 * hold up the jobs of the others; it is asked for again with each of its fires.
 */
export function createQueues(connected: Connected, topology: Topology) {
  const refused = new Set<string>();
  const ensureOne = async (queue: string) => {
    const problem = await onScratchChannel(connected, (channel) =>
      assertQueue(channel, topology, queue),
    );
    if (problem) refused.add(queue);
    else refused.delete(queue);
    return problem;
  };
  return {
    /** All of them; the first problem. */
    async ensure(queues: Iterable<string>): Promise<BrokerProblem | undefined> {
      let first: BrokerProblem | undefined;
      for (const queue of new Set(queues)) {
        const problem = await ensureOne(queue);
        first ??= problem;
      }
      return first;
    },
    isRefused: (queue: string) => refused.has(queue),
  };
}
