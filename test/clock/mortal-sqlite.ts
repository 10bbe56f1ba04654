import {
  type Broker,
  type BrokerProblem,
  type ClockLink,
  type FireOutcome,
  isBrokerProblem,
} from "../../src/broker/broker.ts";
import { openBroker } from "../../src/broker/open.ts";
import { decodeFire, isWireProblem } from "../../src/broker/wire.ts";
import type { LedgerRecord } from "../../src/ledger/record.ts";
import { sqliteStranger } from "../support/sqlite-stranger.ts";
import { until } from "../support/until.ts";
import type { Evidence, MortalBroker } from "./lost-link.ts";

const GONE: BrokerProblem = { code: "BROKER_CLOSED", message: "gone" };
const DOUBT: FireOutcome = { kind: "in-doubt", problem: GONE };
const SOON_MS = 10_000;

/**
 * The embedded broker with a new file, whose links are lost after so many things. The last of them is
 * written (`lastArrives`) or not; a clock does not hear which.
 */
export function mortalSqlite(path: string, lastArrives: boolean): MortalBroker {
  const namespace = "mortal";
  const options = { namespace, name: "test", now: Date.now, emit: () => {} };
  const real = openBroker(`sqlite:${path}`, options);
  if (isBrokerProblem(real)) throw new Error(real.message);
  const broker: MortalBroker = {
    ...real,
    lives: [],
    async openClock(queues) {
      const life = broker.lives.shift() ?? Number.POSITIVE_INFINITY;
      const link = await real.openClock(queues);
      return isBrokerProblem(link) ? link : mortalLink(link, life, lastArrives);
    },
    async evidence() {
      const messages = await sqliteStranger(path, namespace).take("default");
      const arrived = messages.map(({ body, headers }) => decodeFire(body, headers));
      const ledger = await readLedger(real);
      return { ledger, arrived: arrived.filter((fire) => !isWireProblem(fire)) } as Evidence;
    },
  };
  return broker;
}

function mortalLink(link: ClockLink, life: number, lastArrives: boolean): ClockLink {
  const lost = Promise.withResolvers<BrokerProblem>();
  const doubt = lost.promise.then(() => DOUBT);
  let left = life;
  let isLost = false;
  const take = (hand: () => Promise<FireOutcome>): Promise<FireOutcome> => {
    if (isLost) return Promise.resolve(DOUBT);
    const isLast = --left <= 0;
    const outcome = isLast && !lastArrives ? doubt : hand();
    if (!isLast) return Promise.race([outcome, doubt]);
    isLost = true;
    lost.resolve(GONE);
    // What was handed over is on its way: the file has it before anybody else is elected.
    void link.close(SOON_MS);
    return Promise.resolve(DOUBT);
  };
  return Object.create(link, {
    fire: { value: (fire: Parameters<ClockLink["fire"]>[0]) => take(() => link.fire(fire)) },
    append: {
      value: (record: Parameters<ClockLink["append"]>[0]) => take(() => link.append(record)),
    },
    lost: { value: Promise.race([lost.promise, link.lost]) },
    isLost: { get: () => isLost || link.isLost },
  });
}

async function readLedger(broker: Broker): Promise<LedgerRecord[]> {
  const link = await broker.openLedger();
  if (isBrokerProblem(link)) throw new Error(link.message);
  const records: LedgerRecord[] = [];
  const nonce = "end";
  await link.append({ kind: "mark", at: 0, nonce });
  let isWhole = false;
  await link.follow("oldest", ({ content }) => {
    if (!("kind" in content)) return;
    if (content.kind === "mark" && content.nonce === nonce) isWhole = true;
    else records.push(content);
  });
  await until(() => isWhole, SOON_MS, "the end of the ledger");
  await link.close(SOON_MS);
  return records;
}
