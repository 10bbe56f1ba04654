import type { Broker, BrokerProblem, ClockLink, FireOutcome } from "../../src/broker/broker.ts";
import type { Fire } from "../../src/ledger/fire.ts";

/**
 * A clock's broker in memory, for orderings that a real one cannot be made to produce on demand: a
 * link that is lost after exactly so many fires. Everything else is tested on RabbitMQ.
 */
export interface MemoryBroker extends Broker {
  /** Everything that arrived, in order. */
  arrived: Fire[];
  /** How many fires each link takes before it is lost, in the order of the links; then for ever. */
  lives: number[];
}

const GONE: BrokerProblem = { code: "BROKER_CLOSED", message: "gone" };

/** `window` fires are open at once; answers come in a later turn. */
export function memoryBroker(window = 5): MemoryBroker {
  const broker: MemoryBroker = {
    place: "memory",
    arrived: [],
    lives: [],
    openClock: async () => openLink(broker, window),
    openWorker: async () => GONE,
  };
  return broker;
}

function openLink(broker: MemoryBroker, window: number): ClockLink {
  let life = broker.lives.shift() ?? Number.POSITIVE_INFINITY;
  let isLost = false;
  const lost = Promise.withResolvers<BrokerProblem>();
  const open = new Set<(outcome: FireOutcome) => void>();
  let room = Promise.withResolvers<void>();
  const release = () => {
    room.resolve();
    room = Promise.withResolvers<void>();
  };
  const lose = () => {
    isLost = true;
    for (const answer of open) answer({ kind: "in-doubt", problem: GONE });
    lost.resolve(GONE);
    release();
  };
  return {
    fire(fire) {
      if (isLost) return Promise.resolve({ kind: "in-doubt", problem: GONE });
      broker.arrived.push(fire);
      return new Promise((resolve) => {
        const answer = (outcome: FireOutcome) => {
          open.delete(answer);
          resolve(outcome);
        };
        open.add(answer);
        if (--life <= 0) return lose();
        setImmediate(() => {
          answer({ kind: "confirmed" });
          release();
        });
      });
    },
    room: () => (isLost || open.size < window ? undefined : room.promise),
    ensureQueues: async () => undefined,
    lost: lost.promise,
    get isLost() {
      return isLost;
    },
    close: async () => {
      isLost = true;
    },
  };
}
