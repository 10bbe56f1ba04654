import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Delivery, isBrokerProblem, type LedgerLink } from "../../src/broker/broker.ts";
import type { DeadLetter } from "../../src/broker/dead-letter.ts";
import { openBroker } from "../../src/broker/open.ts";
import { type Amqp, openAmqp } from "../support/amqp.ts";
import { aFire } from "../support/fire.ts";
import { sharedBroker, uniqueNamespace } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { fragileWay } from "./fragile.ts";

const test = suite("Dead letters of RabbitMQ");
const SOON_MS = 20_000;
const url = sharedBroker();

let namespace = "";
let dead = "";
let work = "";
let amqp: Amqp;
let closing: (() => Promise<unknown>)[] = [];

test.before.each(async () => {
  namespace = uniqueNamespace("dead");
  dead = `${namespace}.dead`;
  work = `${namespace}.work.default`;
  amqp = await openAmqp(url);
  closing = [() => amqp.close()];
});
test.after.each(async () => {
  for (const close of closing) await close();
});

function open(address = url) {
  const options = { namespace, name: "test", now: Date.now, emit() {} };
  const broker = openBroker(address, options);
  if ("code" in broker) throw new Error(broker.message);
  return broker;
}

async function openWorker(onDelivery = (_: Delivery) => {}) {
  const link = await open().openWorker({ queues: ["default"], prefetch: 5000, onDelivery });
  if (isBrokerProblem(link)) throw new Error(link.message);
  closing.unshift(() => link.close(1000));
  return link;
}

async function bury(count: number) {
  const link = await openWorker();
  const fires = Array.from({ length: count }, (_, index) => aFire({ slot: slotAt(index) }));
  for (const { kind } of await Promise.all(fires.map((fire) => link.bury(fire, "why")))) {
    assert.is(kind, "confirmed");
  }
  return link;
}

function slotAt(index: number): number {
  return 1_796_000_000_000 + index * 1000;
}

async function letters(link: LedgerLink): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  const problem = await link.readDead((letter) => void found.push(letter));
  if (problem) throw new Error(`${problem.code} ${problem.message}`);
  return found;
}

test("what a foreign consumer rejects is listed with the reason, and can be retried", async () => {
  const link = await openWorker();
  await link.stopTaking();
  await link.again(aFire({ attempt: 2 }), 0);
  await until(
    async () => {
      const message = await amqp.channel.get(work);
      if (message) amqp.channel.reject(message, false);
      return message;
    },
    SOON_MS,
    "the message",
  );
  const [letter] = await until(
    async () => {
      const found = await letters(link);
      return found.length > 0 ? found : undefined;
    },
    SOON_MS,
    "the letter",
  );
  const { at, queue, reason, job, attempt } = letter!;
  assert.equal({ queue, job, attempt }, { queue: "default", job: "job", attempt: 2 });
  assert.match(reason, "a consumer rejected it");
  assert.ok(Math.abs(at! - Date.now()) < 60_000);
  assert.equal(await link.settleDead([letter!.id], "retry"), { settled: [letter!.id], failed: [] });
  const [back] = await amqp.drain(work);
  assert.is(back!.headers["x-clockd-attempt"], 3);
  assert.is(back!.headers["x-clockd-attempts-before"], 2);
  assert.not.ok("x-death" in back!.headers);
});

test("a message that comes back from workers again and again is in its queue or among the dead letters", async () => {
  const link = await openWorker();
  await link.stopTaking();
  await link.again(aFire(), 0);
  for (let round = 0; round < 30; round++) {
    const message = await amqp.channel.get(work);
    if (message) amqp.channel.nack(message, false, true);
  }
  const found = await until(
    async () => {
      const there = [...(await letters(link)), ...(await amqp.drain(work))];
      return there.length > 0 ? there : undefined;
    },
    SOON_MS,
    "the message",
  );
  assert.is(found.length, 1);
  // RabbitMQ 4.x has given up on it.
  if ("reason" in found[0]!) assert.match(found[0].reason, "RabbitMQ gave up on it");
});

test("readers that die with everything in their hands lose nothing, however often", async () => {
  const link = await bury(20);
  const before = await letters(link);
  for (let round = 0; round < 25; round++) {
    const way = await fragileWay(Number(new URL(url).port));
    const other = await openAmqp(Object.assign(new URL(url), { port: String(way.port) }).href);
    let held = 0;
    await other.channel.consume(dead, () => void held++);
    await until(
      () => held === 20,
      SOON_MS,
      () => `20 letters, got ${held}`,
    );
    way.cut();
    way.close();
  }
  assert.equal(await letters(link), before);
});

test("the marker of a reader that died is no letter", async () => {
  const link = await bury(2);
  const mark = { type: "mark", appId: "clockd", messageId: "of another", persistent: true };
  for (const at of [Date.now(), 0]) {
    amqp.channel.sendToQueue(dead, Buffer.alloc(0), { ...mark, headers: { "x-clockd-at": at } });
  }
  await until(async () => (await amqp.channel.checkQueue(dead)).messageCount === 4, SOON_MS, "4");
  assert.is((await letters(link)).length, 2);
  assert.is((await letters(link)).length, 2);
  // The old one is nobody's any more, the young one may have somebody who waits for it.
  const left = await amqp.drain(dead);
  assert.is(left.length, 3);
});

test("a foreign consumer that keeps the letters is named, and nobody waits for ever", async () => {
  const link = await bury(1);
  await amqp.channel.consume(dead, () => {});
  const problem = await link.readDead(() => {});
  assert.is(problem?.code, "BROKER_DEAD_BUSY");
  assert.match(problem?.message ?? "", dead);
  assert.is(link.isLost, false);
});

test("a connection that is cut while letters are retried loses none of them", async () => {
  const worker = await bury(2000);
  const way = await fragileWay(Number(new URL(url).port));
  closing.unshift(async () => way.close());
  const through = Object.assign(new URL(url), { port: String(way.port) });
  const link = await open(through.href).openLedger();
  if (isBrokerProblem(link)) throw new Error(link.message);
  const ids = (await letters(link)).map(({ id }) => id);
  await worker.stopTaking();
  const settling = link.settleDead(ids, "retry");
  const count = async () => (await amqp.channel.checkQueue(work)).messageCount;
  await until(async () => (await count()) > 100, SOON_MS, "the first ones");
  way.cut();
  way.end();
  assert.ok(isBrokerProblem(await settling));
  await link.close(0);
  const left = await letters(worker);
  const back = await amqp.drain(work);
  assert.ok(left.length > 0 && left.length < 2000, `${left.length} are left`);
  const there = new Set(left.map(({ fire }) => fire));
  for (const { messageId } of back) there.add(messageId);
  assert.is(there.size, 2000);
});

test.run();
