import { connect } from "amqplib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type Broker,
  type ClockLink,
  isBrokerProblem,
  type LedgerEntry,
} from "../../src/broker/broker.ts";
import { openBroker } from "../../src/broker/open.ts";
import { fireId } from "../../src/ledger/fire.ts";
import type { FireRecord } from "../../src/ledger/record.ts";
import { openAmqp, type Taken } from "../support/amqp.ts";
import { aFire } from "../support/fire.ts";
import { type Rabbitmq, startRabbitmq } from "../support/rabbitmq.ts";
import { uniqueNamespace } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { fragileWay } from "./fragile.ts";

const test = suite("RabbitMQ's ledger and token in trouble");
const fireAt = (index: number) => aFire({ slot: 1_796_000_000_000 + index * 1000 });

const SOON_MS = 20_000;
/** What this test's broker takes in one message. */
const MOST_BYTES = 200_000;

let rabbitmq: Rabbitmq;

test.before(async () => {
  rabbitmq = await startRabbitmq({ config: { max_message_size: String(MOST_BYTES) } });
});
test.after(async () => {
  await rabbitmq?.stop();
});

function open(url = rabbitmq.url, namespace = uniqueNamespace("trouble")) {
  const options = { namespace, name: "test", now: Date.now, emit: () => {} };
  const broker = openBroker(url, options);
  if ("code" in broker) throw new Error(broker.message);
  return { broker, namespace };
}

async function openClock(broker: Broker): Promise<ClockLink> {
  const link = await broker.openClock(["default"]);
  if (isBrokerProblem(link)) throw new Error(link.message);
  return link;
}

async function elected(link: ClockLink): Promise<void> {
  let isElected = false;
  void link.elected.then(() => {
    isElected = true;
  });
  await until(() => isElected, SOON_MS, "the clock to be elected");
}

test("a work queue that somebody deletes is made again, and its fires are in it once", async () => {
  const { broker, namespace } = open();
  const link = await openClock(broker);
  const amqp = await openAmqp(rabbitmq.url);
  const queue = `${namespace}.work.default`;
  await amqp.channel.deleteQueue(queue);
  const fires = Array.from({ length: 50 }, (_, n) => fireAt(n));
  for (const outcome of await Promise.all(fires.map((fire) => link.fire(fire)))) {
    assert.equal(outcome, { kind: "confirmed" });
  }
  const queues = await openAmqp(rabbitmq.url);
  const taken: Taken[] = [];
  const all = async () => {
    // A queue that is not there ends the channel that asks.
    await link.ensureQueues(["default"]);
    taken.push(...(await queues.drain(queue)));
    return taken.length >= fires.length;
  };
  await until(all, SOON_MS, () => `50 fires, got ${taken.length}`);
  const ids = taken.map(({ messageId }) => messageId).sort();
  assert.equal(ids, fires.map(({ job, slot }) => fireId(job, slot)).sort());
  // Nobody can have had them before.
  assert.not.ok(taken.some(({ headers }) => "x-clockd-maybe-duplicate" in headers));
  await link.close(1000);
  await amqp.close();
  await queues.close();
});

test("fires for a queue that cannot be made again are in the dead letters, with the reason", async () => {
  const { broker, namespace } = open();
  const link = await openClock(broker);
  const amqp = await openAmqp(rabbitmq.url);
  const queue = `${namespace}.work.default`;
  await amqp.channel.deleteQueue(queue);
  await amqp.channel.assertQueue(queue, { durable: true });
  assert.is((await link.fire(fireAt(0))).kind, "confirmed");
  const dead = async () => (await amqp.drain(`${namespace}.dead`))[0];
  const { headers } = await until(dead, SOON_MS, "the dead letter");
  assert.match(String(headers["x-clockd-reason"]), "PRECONDITION");
  assert.is(headers["x-clockd-job"], "job");
  assert.is(headers["x-clockd-queue"], "default");
  assert.is(link.isLost, false);
  await link.close(1000);
  await amqp.close();
});

test("a ledger that is deleted ends the links that read it; the next one has no old snapshot", async () => {
  const { broker, namespace } = open();
  const link = await openClock(broker);
  await link.saveSnapshot(Buffer.from("of the old ledger"));
  const following = await link.follow("oldest", () => {});
  assert.not.ok(isBrokerProblem(following));
  const amqp = await openAmqp(rabbitmq.url);
  await amqp.channel.deleteQueue(`${namespace}.ledger`);
  assert.is((await link.lost).code, "BROKER_LEDGER_GONE");
  const again = await openClock(broker);
  assert.is(await again.readSnapshot(), undefined);
  const positions: number[] = [];
  await again.follow("oldest", ({ position }) => void positions.push(position));
  assert.equal(await again.fire(fireAt(0)), { kind: "confirmed" });
  await until(() => positions.length === 1, SOON_MS, "the new ledger's first record");
  assert.equal(positions, [0]);
  await again.close(1000);
  await amqp.close();
});

test("a snapshot that is too large for the broker harms nothing else", async () => {
  const link = await openClock(open().broker);
  assert.is((await link.saveSnapshot(Buffer.alloc(MOST_BYTES + 1))).kind, "undeliverable");
  assert.is((await link.saveSnapshot(Buffer.alloc(MOST_BYTES + 1))).kind, "undeliverable");
  assert.equal(await link.saveSnapshot(Buffer.from("small")), { kind: "confirmed" });
  assert.equal(await link.fire(fireAt(0)), { kind: "confirmed" });
  assert.is(link.isLost, false);
  await link.close(1000);
});

test("the lead survives any number of leaders that crash", async () => {
  const { namespace } = open();
  for (let crash = 0; crash < 30; crash++) {
    const way = await fragileWay(rabbitmq.port);
    const url = `amqp://guest:guest@127.0.0.1:${way.port}`;
    const link = await openClock(open(url, namespace).broker);
    await elected(link);
    way.close();
    await link.lost;
  }
  // Some of them before they could do anything about it.
  for (let crash = 1; crash <= 30; crash++) {
    await crashWithToken(`${namespace}.leader`);
    if (crash % 10 > 0) continue;
    const link = await openClock(open(rabbitmq.url, namespace).broker);
    await elected(link);
    await link.close(1000);
  }
});

/** Takes the token as a clock does, and is gone at once. */
async function crashWithToken(leader: string): Promise<void> {
  const way = await fragileWay(rabbitmq.port);
  const model = await connect(`amqp://guest:guest@127.0.0.1:${way.port}`);
  model.on("error", () => undefined);
  const channel = await model.createChannel();
  await channel.prefetch(1);
  await new Promise((resolve) => void channel.consume(leader, resolve));
  const gone = new Promise((resolve) => void model.once("close", resolve));
  way.close();
  await gone;
}

test("a deleted queue of the token ends the links, and the next clock leads", async () => {
  const { broker, namespace } = open();
  const link = await openClock(broker);
  await elected(link);
  const amqp = await openAmqp(rabbitmq.url);
  await amqp.channel.deleteQueue(`${namespace}.leader`);
  assert.is((await link.lost).code, "BROKER_LEADER_GONE");
  const next = await openClock(broker);
  await elected(next);
  await next.close(1000);
  await amqp.close();
});

test("a token that somebody took away is replaced when an election is called", async () => {
  const { broker, namespace } = open();
  await (await openClock(broker)).close(1000);
  const thief = await openAmqp(rabbitmq.url);
  let taken = 0;
  await thief.channel.consume(`${namespace}.leader`, (message) => {
    taken++;
    thief.channel.ack(message!);
  });
  await until(() => taken === 1, SOON_MS, "the token to be taken");
  const link = await openClock(broker);
  await until(() => taken === 2, SOON_MS, "the token to be taken again");
  await thief.close();
  await link.callElection();
  await elected(link);
  await link.close(1000);
});

test("after a broker that was killed nobody is sure that it is unbroken, and all else is there", async () => {
  const { broker } = open();
  const link = await openClock(broker);
  await elected(link);
  await link.vouch();
  assert.is(await link.isUnbroken(), true);
  assert.equal(await link.saveSnapshot(Buffer.from("kept")), { kind: "confirmed" });
  assert.equal(await link.fire(fireAt(0)), { kind: "confirmed" });
  // What was declared within the last second before a power cut may never come back in order.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await rabbitmq.kill();
  await link.lost;
  assert.is(await link.isUnbroken(), false);
  await rabbitmq.restart();
  const again = await until(() => opened(broker), SOON_MS, "a link to the broker");
  await elected(again);
  assert.is(await again.isUnbroken(), false);
  assert.is(String(await again.readSnapshot()), "kept");
  const entries: LedgerEntry[] = [];
  await again.follow("oldest", (entry) => void entries.push(entry));
  await until(() => entries.length === 1, SOON_MS, "the fire in the ledger");
  assert.equal((entries[0]!.content as FireRecord).fire, fireAt(0));
  await again.vouch();
  assert.is(await again.isUnbroken(), true);
  await again.close(1000);
});

/** Streams need a moment after the broker has come back. */
async function opened(broker: Broker): Promise<ClockLink | undefined> {
  const link = await broker.openClock(["default"]);
  return isBrokerProblem(link) ? undefined : link;
}

test.run();
