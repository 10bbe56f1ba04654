import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { WorkerFire } from "../../src/broker/broker.ts";
import { openBroker } from "../../src/broker/open.ts";
import { topologyOf } from "../../src/broker/topology.ts";
import { createClock } from "../../src/clock/clock.ts";
import { STANDARD_PACE } from "../../src/ledger/pace.ts";
import { openAmqp } from "../support/amqp.ts";
import { configOf } from "../support/config.ts";
import { sharedBroker, uniqueNamespace } from "../support/shared.ts";
import { simulatedTime } from "../support/simulated-time.ts";
import { until } from "../support/until.ts";
import { randomJobs, referenceSlots } from "./reference.ts";

const test = suite("a week of 200 jobs");

/** Summer time ends in Europe and begins in parts of Chile and Paraguay around it. */
const START = Date.parse("2026-10-21T22:13:07.500Z");
/** What every clock says. */
const QUIET = ["broker.connected", "clock.leading", "clock.stepped_down", "ledger.new"];
const END = START + 7 * 86_400_000;

test("publishes exactly the slots that a slow walk over the wall clock finds", async () => {
  const namespace = uniqueNamespace("week");
  const jobs = randomJobs(200, 20261021);
  const config = configOf(JSON.stringify({ version: 1, namespace, jobs }), START);
  const url = sharedBroker();
  const broker = openBroker(url, { namespace, name: "week", now: Date.now, emit: () => {} });
  if ("code" in broker) throw new Error(broker.message);

  const stop = new AbortController();
  const time = simulatedTime(START, END, () => stop.abort());
  let confirmed = 0;
  const odd: string[] = [];
  const clock = createClock({
    broker,
    config,
    name: "week:1",
    time,
    emit: (event) => {
      if (event.type === "fire.confirmed") confirmed++;
      else if (!QUIET.includes(event.type)) odd.push(JSON.stringify(event));
    },
    random: () => 0,
    pace: STANDARD_PACE,
  });
  await clock.run(stop.signal);
  assert.equal(odd, []);

  const expected = new Map<string, number[]>();
  for (const [name, job] of Object.entries(jobs))
    expected.set(name, referenceSlots(job, START, END));
  const total = [...expected.values()].reduce((sum, slots) => sum + slots.length, 0);
  assert.is(confirmed, total);

  const got = new Map<string, number[]>();
  let previous = 0;
  let received = 0;
  const worker = await broker.openWorker({
    queues: ["default"],
    prefetch: 1000,
    onDelivery(delivery) {
      const { job, slot } = delivery.content as WorkerFire;
      assert.ok(slot >= previous, `${job} at ${slot} came after a later slot`);
      previous = slot;
      got.set(job, [...(got.get(job) ?? []), slot]);
      received++;
      delivery.finish();
    },
  });
  if ("code" in worker) throw new Error(worker.message);
  const all = () => received >= total;
  await until(all, 60_000, () => `${total} fires, got ${received}`);
  await worker.close(30_000);
  for (const [name, slots] of expected) {
    assert.equal(got.get(name) ?? [], slots, `${name}: ${JSON.stringify(jobs[name])}`);
  }
  const amqp = await openAmqp(url);
  const { exchange, dead, workQueue } = topologyOf(namespace);
  const left = async () => (await amqp.channel.checkQueue(workQueue("default"))).messageCount;
  await until(async () => (await left()) === 0, 10_000, "an empty queue");
  for (const queue of [dead, workQueue("default")]) await amqp.channel.deleteQueue(queue);
  await amqp.channel.deleteExchange(exchange);
  await amqp.close();
});

test.run();
