import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Delivery, isBrokerProblem, type WorkerFire } from "../../src/broker/broker.ts";
import { openBroker } from "../../src/broker/open.ts";
import { openAmqp } from "../support/amqp.ts";
import { aFire } from "../support/fire.ts";
import { type Rabbitmq, startRabbitmq } from "../support/rabbitmq.ts";
import { uniqueNamespace } from "../support/shared.ts";
import { until } from "../support/until.ts";

const test = suite("Retries on a RabbitMQ in trouble");
const SOON_MS = 30_000;
const CONFIRMED = { kind: "confirmed" };

let rabbitmq: Rabbitmq;
test.before(async () => {
  rabbitmq = await startRabbitmq();
});
test.after(() => rabbitmq?.stop());

function fireAt(index: number) {
  return aFire({ slot: 1_796_000_000_000 + index * 1000 });
}

function open(namespace = uniqueNamespace("retry")) {
  const options = { namespace, name: "test", now: Date.now, emit() {} };
  const broker = openBroker(rabbitmq.url, options);
  if ("code" in broker) throw new Error(broker.message);
  const seen: { slot: number; at: number }[] = [];
  const onDelivery = (delivery: Delivery) => {
    seen.push({ slot: (delivery.content as WorkerFire).slot, at: performance.now() });
    delivery.finish();
  };
  const openWorker = () =>
    until(
      async () => {
        const link = await broker.openWorker({ queues: ["default"], prefetch: 100, onDelivery });
        return isBrokerProblem(link) ? undefined : link;
      },
      SOON_MS,
      "a worker's link",
    );
  return { namespace, broker, seen, openWorker };
}

test("a broker that is killed while fires wait, and while they go from step to step, loses none", async () => {
  const { seen, openWorker } = open();
  const link = await openWorker();
  const askedAt = performance.now();
  const delays = Array.from({ length: 400 }, (_, index) => 3500 + index * 15);
  const asked = delays.map((delay, index) => link.again(fireAt(index), delay));
  for (const outcome of await Promise.all(asked)) assert.equal(outcome, CONFIRMED);
  await until(() => seen.length > 50, SOON_MS, "the first of them");
  await rabbitmq.kill();
  await link.lost;
  await link.close(0);
  await rabbitmq.restart();
  const again = await openWorker();
  const slots = () => new Set(seen.map(({ slot }) => slot));
  await until(
    () => slots().size === delays.length,
    SOON_MS,
    () => `all ${delays.length}, got ${slots().size}`,
  );
  const early = seen.filter(
    ({ slot, at }) => at - askedAt < delays[(slot - fireAt(0).slot) / 1000]!,
  );
  assert.equal(early, []);
  await again.close(1000);
});

test("a step that somebody deletes is made again, and what is sent then waits as long as it should", async () => {
  const { namespace, seen, openWorker } = open();
  const link = await openWorker();
  const amqp = await openAmqp(rabbitmq.url);
  assert.equal(await link.again(fireAt(0), 100), CONFIRMED);
  for (const [index, [deleteIt, name]] of [
    [(of: string) => amqp.channel.deleteQueue(of), `${namespace}.retry.800`] as const,
    [(of: string) => amqp.channel.deleteExchange(of), `${namespace}.retry.800`] as const,
    [(of: string) => amqp.channel.deleteExchange(of), `${namespace}.work`] as const,
  ].entries()) {
    await deleteIt(name);
    const askedAt = performance.now();
    assert.equal(await link.again(fireAt(index + 1), name.endsWith("work") ? 0 : 1000), CONFIRMED);
    if (name.endsWith("work")) continue;
    await until(() => seen.length > index + 1, SOON_MS, "the fire");
    assert.ok(seen.at(-1)!.at - askedAt >= 1000);
  }
  assert.is(link.isLost, false);
  await link.close(1000);
  await amqp.close();
});

test("dead letters whose queue somebody deleted are buried in a new one", async () => {
  const { namespace, openWorker } = open();
  const link = await openWorker();
  const amqp = await openAmqp(rabbitmq.url);
  await amqp.channel.deleteQueue(`${namespace}.dead`);
  assert.equal(await link.bury(fireAt(0), "why"), CONFIRMED);
  assert.is((await amqp.drain(`${namespace}.dead`)).length, 1);
  await link.close(1000);
  await amqp.close();
});

test("a worker notices a queue that confirms nothing any more", async () => {
  const { namespace, openWorker } = open();
  const link = await openWorker();
  const queue = `whereis('%2F_${namespace}.work.default')`;
  // The queue alone is frozen: the connection has its heartbeats, and everything else works.
  await rabbitmq.evaluate(`sys:suspend(${queue}).`);
  const outcome = link.again(fireAt(0), 0);
  assert.equal(await link.bury(fireAt(1), "why"), CONFIRMED);
  const { code } = await link.lost;
  await rabbitmq.evaluate(`sys:resume(${queue}).`);
  assert.is(code, "BROKER_NO_CONFIRM");
  assert.is((await outcome).kind, "in-doubt");
  await link.close(0);
});

test.run();
