import type { Fire } from "../ledger/fire.ts";
import { type BrokerProblem, type ClockLink, type FireOutcome, isBrokerProblem } from "./broker.ts";
import { standForElection } from "./sqlite-election.ts";
import { closedOutcome, createRecord, ledgerOf, outcomeOf, type Record } from "./sqlite-ledger.ts";
import { type Link, openLink, type StoreOptions } from "./sqlite-link.ts";
import { problem } from "./sqlite-problem.ts";
import { keepSmall } from "./sqlite-retention.ts";
import { encodeFire, encodePublishFire } from "./wire.ts";

/** Fires and records without an answer at once. */
const WINDOW = 2000;

/** Opens a link for a clock. Work queues need no making: they are only names. */
export function openClockLink(options: StoreOptions): Promise<ClockLink | BrokerProblem> {
  return openLink("clock", options, (link) => clockOf(link, options));
}

function clockOf(link: Link, { now }: StoreOptions): ClockLink {
  const record = createRecord(link, now);
  const ledger = ledgerOf(link, record, now);
  const publish = createFiring(link, record, now);
  const snapshots = createSnapshots(link);
  const election = standForElection(link);
  void election.elected.then(link.guard(() => keepSmall(link, now)));
  const hasRoom = () => link.open < WINDOW;
  return {
    ...ledger,
    ...election,
    isAtomic: true,
    fire: async (fire) => (ledger.isLost ? closedOutcome() : publish(fire)),
    room() {
      if (ledger.isLost || hasRoom()) return undefined;
      return new Promise(link.onceWritten);
    },
    ensureQueues: async () => undefined,
    saveSnapshot: async (snapshot) => (ledger.isLost ? closedOutcome() : snapshots(snapshot)),
    // One transaction is whole or not at all, also after a power cut.
    isUnbroken: async () => true,
    vouch: async () => {},
    get isLost() {
      return ledger.isLost;
    },
  };
}

/** A fire is one transaction with its work queue and the ledger. */
function createFiring(link: Link, record: Record, now: () => number) {
  const enqueue = link.db.prepare(
    "INSERT INTO work (ns, queue, headers, body) VALUES (?, ?, ?, ?)",
  );
  return async (fire: Fire): Promise<FireOutcome> => {
    const { target } = fire;
    if (target.kind === "publish") {
      const message = encodePublishFire(fire, target, now());
      const recorded = await link.write(() => record(message, "ledger.fire"));
      return isBrokerProblem(recorded) ? outcomeOf(recorded) : undeliverable(target.exchange);
    }
    const message = encodeFire(fire, now());
    const headers = JSON.stringify(message.properties.headers);
    const written = await link.write(() => {
      enqueue.run(link.ns, target.queue, headers, message.body);
      record(message, `work.${target.queue}`);
    });
    return outcomeOf(written);
  };
}

function undeliverable(exchange: string): FireOutcome {
  const reason = `the embedded broker has no exchange "${exchange}"`;
  const message = `${reason}: jobs with "publish" need RabbitMQ`;
  return { kind: "undeliverable", problem: problem("BROKER_NO_EXCHANGE", message) };
}

/** The newest one is of use, and the one before it while a reader still has it. */
function createSnapshots({ db, ns, write }: Link) {
  const insert = db.prepare("INSERT INTO snapshots (ns, body) VALUES (?, ?)");
  const forget = db.prepare(
    `DELETE FROM snapshots WHERE ns = ?1 AND id NOT IN
     (SELECT id FROM snapshots WHERE ns = ?1 ORDER BY id DESC LIMIT 2)`,
  );
  return async (snapshot: Uint8Array): Promise<FireOutcome> =>
    outcomeOf(
      await write(() => {
        insert.run(ns, snapshot);
        forget.run(ns);
      }),
    );
}
