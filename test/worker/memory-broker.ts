import type {
  Broker,
  BrokerProblem,
  Delivery,
  FireOutcome,
  WorkerFire,
  WorkerLink,
  WorkerOptions,
} from "../../src/broker/broker.ts";
import type { RunRecord } from "../../src/ledger/record.ts";

/**
 * A broker for the orderings that no real one produces on demand: a test delivers and loses links
 * by hand. Whatever is settled is written down in `log`: `finish reports@…#1`.
 */
export interface MemoryBroker extends Broker {
  readonly log: string[];
  /** The same, with what was appended to the ledger in between. */
  readonly sent: string[];
  /** What the ledger was told, oldest first. */
  readonly records: RunRecord[];
  /** The ledger answers nothing. */
  silentLedger: boolean;
  /** The links that were opened, oldest first. */
  readonly links: MemoryLink[];
  /** The next openings fail with these, or wait for them. */
  readonly openings: (BrokerProblem | Promise<void>)[];
}

export interface MemoryLink {
  options: WorkerOptions;
  deliver(content: Delivery["content"], options?: { redelivered?: boolean; queue?: string }): void;
  lose(): void;
}

export function memoryBroker(): MemoryBroker {
  const log: string[] = [];
  const links: MemoryLink[] = [];
  const openings: MemoryBroker["openings"] = [];
  const broker: MemoryBroker = {
    log,
    sent: [],
    records: [],
    silentLedger: false,
    links,
    openings,
    place: "memory",
    openClock: () => Promise.reject(new Error("a worker opens no clock link")),
    openLedger: () => Promise.reject(new Error("a worker reads no ledger")),
    async openWorker(options) {
      const opening = openings.shift();
      if (opening && "code" in opening) return opening;
      const { link, hands } = memoryLink(options, broker);
      links.push(hands);
      await opening;
      return link;
    },
  };
  return broker;
}

function memoryLink(
  options: WorkerOptions,
  broker: MemoryBroker,
): { link: WorkerLink; hands: MemoryLink } {
  const { promise: lost, resolve } = Promise.withResolvers<BrokerProblem>();
  const { log, sent, records } = broker;
  let usable = true;
  const link: WorkerLink = {
    append(record) {
      records.push(record);
      sent.push(`append ${record.fire}#${record.attempt}`);
      const outcome: FireOutcome = { kind: "confirmed" };
      return broker.silentLedger ? new Promise(() => {}) : Promise.resolve(outcome);
    },
    lost,
    get isLost() {
      return !usable;
    },
    stopTaking: async () => void log.push("stop taking"),
    async close() {
      usable = false;
      log.push("close");
    },
  };
  const settle = (what: string, content: Delivery["content"]) => {
    const line = `${usable ? "" : "too late: "}${what} ${nameOf(content)}`;
    log.push(line);
    sent.push(line);
    return usable;
  };
  const hands: MemoryLink = {
    options,
    deliver(content, { redelivered = false, queue = "default" } = {}) {
      options.onDelivery({
        queue,
        content,
        redelivered,
        finish: () => settle("finish", content),
        giveBack: () => settle("give back", content),
        bury: async (reason) => settle(`bury (${reason})`, content),
      });
    },
    lose() {
      usable = false;
      resolve({ code: "BROKER_CLOSED", message: "the cable was cut" });
    },
  };
  return { link, hands };
}

function nameOf(content: Delivery["content"]): string {
  return "problem" in content ? `${content.job}` : `${content.id}#${content.attempt}`;
}

/** A fire of the first minutes of 2026; its number is its minute. */
export function fireOf(job: string, number = 0, attempt = 1): WorkerFire {
  const slot = Date.UTC(2026, 0, 1, 0, number);
  const id = `${job}@2026-01-01T00:${String(number).padStart(2, "0")}:00Z`;
  return {
    job,
    slot,
    id,
    attempt,
    config: "0123456789ab",
    epoch: 1,
    catchUp: false,
    maybeDuplicate: false,
    triggered: false,
    traceparent: "00-aa-bb-01",
  };
}
