import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Delivery, WorkerFire } from "../../src/broker/broker.ts";

import type { RunRecord } from "../../src/ledger/run-record.ts";
import { until } from "../support/until.ts";
import { type Adapter, arrived, fireAt, ids, SOON_MS } from "./conformance.ts";
import { createConformanceRig, type Rig } from "./conformance-rig.ts";

const CONFIRMED = { kind: "confirmed" };
/** Long enough for what must not happen to happen, were it wrong. ms. */
const NOTHING_MS = 300;

/** What the port says of fires that a worker sends once more, and of places. */
export function retryConformance(adapter: Adapter): void {
  const test = suite<Rig>(`${adapter.name} for retries`);
  let rig: Rig;

  test.before.each((context) => {
    rig = createConformanceRig(adapter, "retry");
    Object.assign(context, rig);
  });
  test.after.each(() => rig.close());

  test("an attempt that is sent again at once arrives with its past, and is not in the ledger", async (context) => {
    const { link, deliveries } = await context.worker();
    const read: unknown[] = [];
    await link.follow("oldest", ({ content }) => void read.push(content));
    const history = ["1: exited with 1", "2: timed out"];
    const fire = { ...fireAt(0, { payload: { a: [1] } }), attempt: 3, history, before: 2 };
    assert.equal(await link.again(fire, 0), CONFIRMED);
    const [delivery] = await arrived(deliveries, 1);
    const content = delivery!.content as WorkerFire;
    assert.is(content.id, ids([delivery!])[0]);
    assert.is(content.attempt, 3);
    assert.equal(content.history, history);
    assert.is(content.before, 2);
    assert.equal(content.payload, { a: [1] });
    assert.is(delivery!.redelivered, false);
    await link.append(finished());
    await until(() => read.length > 0, SOON_MS, "the record");
    assert.equal(read, [finished()]);
  });

  test("an attempt that has to wait comes when its time is over, also when whoever asked has gone", async (context) => {
    const asking = await context.worker({ queues: ["other"] });
    const { deliveries } = await context.worker();
    const askedAt = performance.now();
    assert.equal(await asking.link.again(fireAt(0), 4200), CONFIRMED);
    await asking.link.close(1000);
    assert.is(deliveries.length, 0);
    await arrived(deliveries, 1);
    const waited = performance.now() - askedAt;
    assert.ok(waited >= 4200 && waited < 12_000, `it waited ${waited} ms`);
  });

  test("what waits for long holds up nothing that waits for less", async (context) => {
    const { link, deliveries } = await context.worker();
    for (const [index, delay] of [60_000, 1500, 400].entries()) {
      assert.equal(await link.again(fireAt(index), delay), CONFIRMED);
    }
    await arrived(deliveries, 2);
    assert.equal(ids(deliveries), ids([{ content: named(2) }, { content: named(1) }]));
  });

  test("hundreds of different delays are all kept, and nothing comes early or twice", async (context) => {
    const { link } = await context.worker({ queues: ["other"] });
    const due = new Map<string, number>();
    const early: string[] = [];
    const seen: string[] = [];
    const onDelivery = (delivery: Delivery) => {
      const { id } = delivery.content as WorkerFire;
      seen.push(id);
      if (performance.now() < due.get(id)!) early.push(id);
      delivery.finish();
    };
    const options = { queues: ["default"], prefetch: 1000, onDelivery };
    const taking = await context.broker.openWorker(options);
    const asking = Array.from({ length: 300 }, async (_, index) => {
      const delay = 1000 + ((index * 7919) % 2000);
      due.set(named(index).id, performance.now() + delay);
      assert.equal(await link.again(fireAt(index), delay), CONFIRMED);
    });
    await Promise.all(asking);
    await until(
      () => seen.length >= 300,
      SOON_MS * 2,
      () => `300 fires, got ${seen.length}`,
    );
    assert.equal(early, []);
    assert.is(new Set(seen).size, 300);
    await new Promise((resolve) => setTimeout(resolve, NOTHING_MS));
    assert.is(seen.length, 300);
    if ("close" in taking) await taking.close(1000);
  });

  test("an attempt whose work queue is gone when its time is over is not lost", async (context) => {
    const other = await context.worker({ queues: ["other"] });
    const { link } = other;
    // A clock sees to what has no queue.
    await context.clock();
    assert.equal(await link.again(fireAt(0), 4200), CONFIRMED);
    await adapter.deleteQueue(context.namespace, "default");
    // One that waits as long and began later: when it comes, the time of the first one is over.
    assert.equal(await link.again(fireAt(1, { queue: "other" }), 4200), CONFIRMED);
    await arrived(other.deliveries, 1);
    const { deliveries } = await context.worker();
    await arrived(deliveries, 1);
  });

  test("a wait of years is refused, and harms nothing", async (context) => {
    const { link } = await context.worker();
    const outcome = await link.again(fireAt(0), 400 * 86_400_000);
    assert.is(outcome.kind, "undeliverable");
    assert.is(link.isLost, false);
  });

  test("a closed link sends nothing again, and never says that it did", async (context) => {
    const { link } = await context.worker();
    await link.close(1000);
    assert.is((await link.again(fireAt(0), 0)).kind, "in-doubt");
    assert.is((await link.bury(fireAt(0), "why")).kind, "in-doubt");
  });

  test("a delivery that is set aside makes room for one other", async (context) => {
    const { link, deliveries } = await context.worker({ prefetch: 2 });
    const clock = await context.clock();
    for (let index = 0; index < 8; index++) await clock.fire(fireAt(index));
    await arrived(deliveries, 2);
    deliveries[0]!.setAside();
    deliveries[0]!.setAside();
    await arrived(deliveries, 3);
    await new Promise((resolve) => setTimeout(resolve, NOTHING_MS));
    assert.is(deliveries.length, 3);
    deliveries[2]!.setAside();
    await arrived(deliveries, 4);
    assert.ok(deliveries[3]!.finish());
    await arrived(deliveries, 5);
    assert.is(link.isLost, false);
  });

  test("when what was set aside is settled its place is gone", async (context) => {
    const { deliveries } = await context.worker({ prefetch: 1 });
    const clock = await context.clock();
    await clock.fire(fireAt(0));
    const [first] = await arrived(deliveries, 1);
    first!.setAside();
    assert.ok(first!.finish());
    for (let index = 1; index < 6; index++) await clock.fire(fireAt(index));
    await arrived(deliveries, 2);
    await new Promise((resolve) => setTimeout(resolve, NOTHING_MS));
    // What came into the place before it went stays.
    const held = deliveries.slice(1);
    assert.ok(held.length <= 2, `${held.length} are held`);
    for (const delivery of held) assert.ok(delivery.finish());
    await arrived(deliveries, held.length + 2);
    await new Promise((resolve) => setTimeout(resolve, NOTHING_MS));
    assert.is(deliveries.length, held.length + 2);
  });

  test("what was set aside when its worker went away is delivered again", async (context) => {
    const first = await context.worker({ prefetch: 1 });
    const clock = await context.clock();
    for (const index of [0, 1]) await clock.fire(fireAt(index));
    (await arrived(first.deliveries, 1))[0]!.setAside();
    await arrived(first.deliveries, 2);
    await first.link.close(1000);
    const { deliveries } = await context.worker();
    await arrived(deliveries, 2);
    assert.equal(
      deliveries.map(({ redelivered }) => redelivered),
      [true, true],
    );
  });

  test("a worker that stops taking gets nothing for what it sets aside", async (context) => {
    const { link, deliveries } = await context.worker({ prefetch: 1 });
    const clock = await context.clock();
    for (const index of [0, 1, 2]) await clock.fire(fireAt(index));
    await arrived(deliveries, 1);
    await link.stopTaking();
    deliveries[0]!.setAside();
    await new Promise((resolve) => setTimeout(resolve, NOTHING_MS));
    assert.is(deliveries.length, 1);
    assert.ok(deliveries[0]!.finish());
  });

  test.run();
}

function named(index: number): WorkerFire {
  const { job, slot } = fireAt(index);
  return { id: `${job}@${new Date(slot).toISOString().slice(0, 19)}Z` } as WorkerFire;
}

function finished(): RunRecord {
  return {
    ...{ kind: "run", at: 5, event: "finished", job: "reports", fire: "reports@x", attempt: 1 },
    ...{ ok: true, outcome: "exited", exitCode: 0, signal: null, startedAt: 1, endedAt: 2 },
    ...{ worker: "here", nonce: "n", message: 1, end: "done" },
  };
}
