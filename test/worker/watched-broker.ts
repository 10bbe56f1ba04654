import {
  type Broker,
  type BrokerProblem,
  type Delivery,
  isBrokerProblem,
  type WorkerLink,
  type WorkerOptions,
} from "../../src/broker/broker.ts";
import { decodeFire, encodeFire } from "../../src/broker/wire.ts";
import { type Fire, fireId } from "../../src/ledger/fire.ts";

/**
 * A real broker for a worker, watched by a test, which breaks it at the moment that it wants. What is
 * settled, and what becomes of the links, is written down in `log`: `finish reports@…#1`.
 */
export interface WatchedBroker extends Broker {
  readonly log: string[];
  /** The same, with what was appended to the ledger in between. */
  readonly sent: string[];
  /** What was delivered, in order: `reports@…#1`. */
  readonly arrived: string[];
  /** How often a link was asked for. */
  readonly asked: number;
  /** The links that were opened, oldest first. */
  readonly links: WatchedLink[];
  /** The next openings fail with these, or wait for them. */
  readonly openings: (BrokerProblem | Promise<void>)[];
  /** The ledger answers nothing. */
  silentLedger: boolean;
  /** The next retry, or burial, is not sent, since the link is lost just before. */
  cutBefore: "again" | "bury" | undefined;
  /** It confirms the next retry and forgets it. */
  forgetsAgain: boolean;
  /** It hears nothing of what a worker finishes, and the worker does not know. */
  deaf: boolean;
}

export interface WatchedLink {
  options: WorkerOptions;
  /** Ends it for both sides: the worker is told so, the broker delivers again what was not settled. */
  lose(): void;
  /** Delivers what no broker sends at such a moment, since it was on its way already. */
  slip(fire: Fire): void;
  /** The real one. */
  link: WorkerLink;
}

export function watchedBroker(real: Broker): WatchedBroker {
  let asked = 0;
  const broker: WatchedBroker = {
    ...real,
    log: [],
    sent: [],
    arrived: [],
    links: [],
    openings: [],
    silentLedger: false,
    cutBefore: undefined,
    forgetsAgain: false,
    deaf: false,
    get asked() {
      return asked;
    },
    async openWorker(options) {
      asked++;
      const opening = broker.openings.shift();
      if (opening && "code" in opening) return opening;
      await opening;
      return openWatched(real, broker, options);
    },
  };
  return broker;
}

async function openWatched(
  real: Broker,
  broker: WatchedBroker,
  options: WorkerOptions,
): Promise<WorkerLink | BrokerProblem> {
  const state = { isCut: false };
  const deliver = (delivery: Delivery) => {
    broker.arrived.push(nameOf(delivery.content));
    options.onDelivery(watchedDelivery(delivery, broker, state));
  };
  const link = await real.openWorker({ ...options, onDelivery: deliver });
  if (isBrokerProblem(link)) return link;
  const cut = Promise.withResolvers<BrokerProblem>();
  const lose = () => {
    state.isCut = true;
    cut.resolve({ code: "BROKER_CLOSED", message: "the cable was cut" });
    void link.close(0);
  };
  const isCutBefore = (what: WatchedBroker["cutBefore"]) => {
    if (broker.cutBefore !== what) return false;
    broker.cutBefore = undefined;
    lose();
    return true;
  };
  broker.links.push({
    ...{ options, link },
    lose,
    slip: (fire) => options.onDelivery(watchedDelivery(underWay(fire), broker, state)),
  });
  const unanswered = cut.promise.then((problem) => ({ kind: "in-doubt" as const, problem }));
  return {
    ...link,
    append(record) {
      if (record.kind !== "run" || record.event !== "finished") return link.append(record);
      broker.sent.push(`append ${record.fire}#${record.attempt}`);
      return broker.silentLedger ? unanswered : link.append(record);
    },
    again(fire, delayMs) {
      if (isCutBefore("again")) return unanswered;
      broker.log.push(`again in ${delayMs} ${idOf(fire)}`);
      if (!broker.forgetsAgain) return link.again(fire, delayMs);
      broker.forgetsAgain = false;
      return Promise.resolve({ kind: "confirmed" });
    },
    bury(fire, reason) {
      if (isCutBefore("bury")) return unanswered;
      broker.log.push(`bury (${reason}) ${idOf(fire)}`);
      return link.bury(fire, reason);
    },
    lost: Promise.race([cut.promise, link.lost]),
    get isLost() {
      return state.isCut || link.isLost;
    },
    stopTaking() {
      broker.log.push("stop taking");
      return link.stopTaking();
    },
    close(deadlineMs) {
      broker.log.push("close");
      return link.close(deadlineMs);
    },
  };
}

function watchedDelivery(
  delivery: Delivery,
  broker: WatchedBroker,
  state: { isCut: boolean },
): Delivery {
  const say = (what: string) => {
    const line = `${state.isCut ? "too late: " : ""}${what} ${nameOf(delivery.content)}`;
    broker.log.push(line);
    broker.sent.push(line);
  };
  return {
    ...delivery,
    finish() {
      say("finish");
      return !state.isCut && (broker.deaf || delivery.finish());
    },
    giveBack() {
      say("give back");
      return !state.isCut && delivery.giveBack();
    },
    async bury(reason) {
      say(`bury (${reason})`);
      return !state.isCut && (await delivery.bury(reason));
    },
  };
}

function underWay(fire: Fire): Delivery {
  const { body, properties } = encodeFire(fire, Date.now());
  const content = decodeFire(body, properties.headers);
  const settle = () => true;
  const settled = { finish: settle, giveBack: settle, bury: async () => true, setAside() {} };
  return { queue: "default", content, redelivered: false, ...settled };
}

function idOf({ job, slot, attempt }: Fire): string {
  return `${fireId(job, slot)}#${attempt}`;
}

function nameOf(content: Delivery["content"]): string {
  return "problem" in content ? `${content.job}` : `${content.id}#${content.attempt}`;
}
