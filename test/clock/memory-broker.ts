import type {
  BrokerProblem,
  ClockLink,
  FireOutcome,
  LedgerEntry,
} from "../../src/broker/broker.ts";
import type { Fire } from "../../src/ledger/fire.ts";
import type { LedgerRecord } from "../../src/ledger/record.ts";
import type { MortalBroker } from "./lost-link.ts";

/**
 * A clock's broker in memory, for orderings that a real one cannot be made to produce on demand: a
 * link that is lost after exactly so many fires. Everything else is tested on RabbitMQ.
 */
export interface MemoryBroker extends MortalBroker {
  /** Every fire that a work queue got, in order. */
  arrived: Fire[];
  ledger: LedgerRecord[];
  /** What becomes of the last fire of a link that is lost: does it arrive in the ledger, in the queue? */
  lastOne: { ledger: boolean; queue: boolean };
}

const GONE: BrokerProblem = { code: "BROKER_CLOSED", message: "gone" };
const OK: FireOutcome = { kind: "confirmed" };
const DOUBT: FireOutcome = { kind: "in-doubt", problem: GONE };

/** `window` fires are open at once; answers come in a later turn. */
export function memoryBroker(window = 5): MemoryBroker {
  const listeners = new Set<(entry: LedgerEntry) => void>();
  const shared = { snapshot: undefined, vouched: false, listeners, window };
  const broker: MemoryBroker = {
    place: "memory",
    arrived: [],
    ledger: [],
    lives: [],
    evidence: async () => broker,
    lastOne: { ledger: true, queue: true },
    openClock: async () => openLink(broker, shared),
    openWorker: async () => GONE,
    openLedger: async () => GONE,
  };
  return broker;
}

interface Shared {
  snapshot: Uint8Array | undefined;
  vouched: boolean;
  listeners: Set<(entry: LedgerEntry) => void>;
  window: number;
}

function openLink(broker: MemoryBroker, shared: Shared): ClockLink {
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
    shared.listeners.clear();
    for (const answer of open) answer(DOUBT);
    lost.resolve(GONE);
    release();
  };
  const record = (content: LedgerRecord) => {
    const position = broker.ledger.push(content) - 1;
    for (const listener of shared.listeners) setImmediate(() => listener({ position, content }));
  };
  /** Takes one more thing; false when it was the last one. */
  const live = () => --life > 0;
  const answerLater = () =>
    new Promise<FireOutcome>((resolve) => {
      const answer = (outcome: FireOutcome) => {
        open.delete(answer);
        resolve(outcome);
      };
      open.add(answer);
      setImmediate(() => {
        answer(OK);
        release();
      });
    });
  return {
    elected: Promise.resolve(),
    callElection: async () => {},
    fire(fire) {
      if (isLost) return Promise.resolve(DOUBT);
      const last = !live();
      if (!last || broker.lastOne.queue) broker.arrived.push(fire);
      if (!last || broker.lastOne.ledger) record({ kind: "fire", at: fire.slot, fire });
      const answer = answerLater();
      if (last) lose();
      return answer;
    },
    append(content) {
      if (isLost) return Promise.resolve(DOUBT);
      const last = !live();
      if (!last || broker.lastOne.ledger) record(content);
      const answer = answerLater();
      if (last) lose();
      return answer;
    },
    readDead: async () => undefined,
    settleDead: async () => ({ settled: [], failed: [] }),
    readSnapshot: async () => shared.snapshot,
    async saveSnapshot(snapshot) {
      if (isLost) return DOUBT;
      shared.snapshot = snapshot;
      return OK;
    },
    async follow(from, onEntry) {
      const first = typeof from === "object" && "after" in from ? from.after + 1 : 0;
      for (const [position, content] of broker.ledger.entries()) {
        if (position >= first) onEntry({ position, content });
      }
      shared.listeners.add(onEntry);
      return { stop: async () => void shared.listeners.delete(onEntry) };
    },
    isAtomic: false,
    isUnbroken: async () => shared.vouched && broker.lastOne.ledger === broker.lastOne.queue,
    vouch: async () => {
      shared.vouched = true;
    },
    room: () => (isLost || open.size < shared.window ? undefined : room.promise),
    ensureQueues: async () => undefined,
    lost: lost.promise,
    get isLost() {
      return isLost;
    },
    close: async () => {
      isLost = true;
      shared.listeners.clear();
    },
  };
}
