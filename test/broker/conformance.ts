import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type Broker,
  type BrokerProblem,
  type ClockLink,
  type Delivery,
  isBrokerProblem,
  type WorkerFire,
  type WorkerLink,
} from "../../src/broker/broker.ts";
import { isWireProblem } from "../../src/broker/wire.ts";
import { type Fire, fireId } from "../../src/ledger/fire.ts";
import { aFire } from "../support/fire.ts";
import { uniqueNamespace } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { deadConformance } from "./conformance-dead.ts";
import { ledgerConformance } from "./conformance-ledger.ts";
import { retryConformance } from "./conformance-retry.ts";

/** What the suite needs of an adapter beside the port. */
export interface Adapter {
  name: string;
  /** As the port's `isAtomic` says. */
  isAtomic: boolean;
  open(namespace: string): Broker;
  /** Puts a message into a work queue as somebody else might. */
  inject(namespace: string, queue: string, body: Buffer): Promise<void>;
  /** Puts something into the ledger as somebody else might. */
  injectRecord(namespace: string, type: string | undefined, body: Buffer): Promise<void>;
  /** Puts a message among the dead letters as somebody else might. */
  injectDead(namespace: string, headers: Record<string, unknown>, body: Buffer): Promise<void>;
  /** Deletes a work queue, as an operator might. */
  deleteQueue(namespace: string, queue: string): Promise<void>;
  /**
   * A broker whose links can be cut: at once for everybody else, while the links themselves learn of
   * it only at `end`.
   */
  openFragile(namespace: string): Promise<{ broker: Broker; cut(): void; end(): void }>;
  /** Takes everything out of the dead letters. */
  takeDead(namespace: string): Promise<{ body: Buffer; headers: Record<string, unknown> }[]>;
  /** Removes everything of a namespace. */
  remove(namespace: string, queues: string[]): Promise<void>;
}

export const QUEUES = ["default", "other"];
export const SOON_MS = 10_000;
const SLOT = Date.UTC(2026, 11, 1, 8);

interface Context {
  namespace: string;
  broker: Broker;
  clock(): Promise<ClockLink>;
  worker(options?: { queues?: string[]; prefetch?: number }): Promise<Taking>;
}

interface Taking {
  link: WorkerLink;
  deliveries: Delivery[];
}

/** The meaning of the broker port: every adapter passes this, against the real broker. */
export function brokerConformance(adapter: Adapter): void {
  const test = suite<Context>(`${adapter.name} as a broker`);
  let close: (() => Promise<void>)[] = [];

  test.before.each((context) => {
    const namespace = uniqueNamespace("conformance");
    const broker = adapter.open(namespace);
    close = [() => adapter.remove(namespace, QUEUES)];
    context.namespace = namespace;
    context.broker = broker;
    context.clock = async () => {
      const link = usable(await broker.openClock(["default"]));
      close.unshift(() => link.close(1000));
      return link;
    };
    context.worker = async ({ queues = ["default"], prefetch = 100 } = {}) => {
      const deliveries: Delivery[] = [];
      const onDelivery = (delivery: Delivery) => void deliveries.push(delivery);
      const link = usable(await broker.openWorker({ queues, prefetch, onDelivery }));
      close.unshift(() => link.close(1000));
      return { link, deliveries };
    };
  });

  test.after.each(async () => {
    for (const closeOne of close) await closeOne();
  });

  test("a fire reaches a worker with everything it said", async ({ clock, worker }) => {
    const payload = { kind: "short", text: "ünï\u0000☃", list: [1, null, true] };
    const fire = {
      ...fireAt(0, { payload }),
      catchUp: true,
      maybeDuplicate: true,
      triggered: true,
      attempt: 3,
      history: ["1: exited with 1"],
      before: 2,
    };
    assert.equal(await (await clock()).fire(fire), { kind: "confirmed" });
    const { deliveries } = await worker();
    const [delivery] = await arrived(deliveries, 1);
    const { traceparent, ...content } = delivery!.content as WorkerFire;
    assert.equal(content, {
      job: "reports",
      slot: SLOT,
      id: "reports@2026-12-01T08:00:00Z",
      attempt: 3,
      config: "0123456789ab",
      epoch: 1,
      catchUp: true,
      maybeDuplicate: true,
      triggered: true,
      history: ["1: exited with 1"],
      before: 2,
      payload,
    });
    assert.match(traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    assert.is(delivery!.queue, "default");
    assert.is(delivery!.redelivered, false);
    assert.ok(delivery!.finish());
  });

  test("fires arrive in the order in which they were sent", async ({ clock, worker }) => {
    const link = await clock();
    const fires = Array.from({ length: 500 }, (_, index) => fireAt(index));
    await Promise.all(fires.map((fire) => link.fire(fire)));
    const { deliveries } = await worker({ prefetch: 1000 });
    await arrived(deliveries, 500);
    assert.equal(
      ids(deliveries),
      fires.map((fire) => fireId(fire.job, fire.slot)),
    );
  });

  test("a confirmed fire outlives its clock and waits for a worker", async ({ clock, worker }) => {
    const link = await clock();
    assert.equal(await link.fire(fireAt(0)), { kind: "confirmed" });
    await link.close(1000);
    const { deliveries } = await worker();
    await arrived(deliveries, 1);
  });

  test("closing a clock waits for the confirms that are open", async ({ clock }) => {
    const link = await clock();
    const outcomes = Array.from({ length: 300 }, (_, index) => link.fire(fireAt(index)));
    await link.close(SOON_MS);
    for (const { kind } of await Promise.all(outcomes)) assert.is(kind, "confirmed");
  });

  test("a closed clock takes no more fires and never says they were sent", async ({ clock }) => {
    const link = await clock();
    await link.close(1000);
    assert.is(link.isLost, true);
    assert.is((await link.fire(fireAt(0))).kind, "in-doubt");
  });

  test("thousands of fires at once are all confirmed, with room waited for", async ({ clock }) => {
    const link = await clock();
    let waits = 0;
    const outcomes = [];
    for (let index = 0; index < 6000; index++) {
      const room = link.room();
      if (room) waits++;
      await room;
      outcomes.push(link.fire(fireAt(index)));
    }
    const kinds = new Set((await Promise.all(outcomes)).map(({ kind }) => kind));
    assert.equal([...kinds], ["confirmed"]);
    assert.ok(waits > 0, "the window was never full");
  });

  test("each fire goes to exactly one of two workers", async ({ clock, worker }) => {
    const [one, two] = [await worker({ prefetch: 5 }), await worker({ prefetch: 5 })];
    const link = await clock();
    for (let index = 0; index < 40; index++) await link.fire(fireAt(index));
    const all = () => [...one!.deliveries, ...two!.deliveries];
    await until(
      () => {
        for (const delivery of all()) delivery.finish();
        return all().length >= 40;
      },
      SOON_MS,
      "40 deliveries",
    );
    assert.is(new Set(ids(all())).size, 40);
    assert.is(all().length, 40);
    assert.ok(one!.deliveries.length > 0 && two!.deliveries.length > 0, "one had them all");
  });

  test("a worker holds no more than it asked for", async ({ clock, worker }) => {
    const link = await clock();
    for (let index = 0; index < 10; index++) await link.fire(fireAt(index));
    const { deliveries } = await worker({ prefetch: 3 });
    await arrived(deliveries, 3);
    // The next one comes when one is settled, and only then.
    assert.ok(deliveries[0]!.finish());
    await arrived(deliveries, 4);
    assert.is(deliveries.length, 4);
  });

  test("a fire that is given back goes to somebody, marked as delivered before", async (context) => {
    await (await context.clock()).fire(fireAt(0));
    const { deliveries } = await context.worker();
    const [first] = await arrived(deliveries, 1);
    assert.ok(first!.giveBack());
    const [, second] = await arrived(deliveries, 2);
    assert.is(second!.redelivered, true);
    assert.equal(second!.content, first!.content);
    assert.ok(second!.finish());
  });

  test("what a worker had not settled when it went away is delivered again", async (context) => {
    await (await context.clock()).fire(fireAt(0));
    const gone = await context.worker();
    const [held] = await arrived(gone.deliveries, 1);
    await gone.link.close(1000);
    assert.is(held!.finish(), false);
    const { deliveries } = await context.worker();
    const [again] = await arrived(deliveries, 1);
    assert.is(again!.redelivered, true);
  });

  test("what a worker has settled is never delivered again", async ({ clock, worker }) => {
    const link = await clock();
    for (let index = 0; index < 20; index++) await link.fire(fireAt(index));
    const first = await worker();
    for (const delivery of await arrived(first.deliveries, 20)) assert.ok(delivery.finish());
    await first.link.close(1000);
    await link.fire(fireAt(20));
    const second = await worker();
    await arrived(second.deliveries, 1);
    assert.equal(ids(second.deliveries), [fireId("reports", fireAt(20).slot)]);
  });

  test("a worker that stops taking can still settle what it holds", async ({ clock, worker }) => {
    const link = await clock();
    await link.fire(fireAt(0));
    const first = await worker({ prefetch: 1 });
    const [held] = await arrived(first.deliveries, 1);
    await first.link.stopTaking();
    await link.fire(fireAt(1));
    assert.ok(held!.finish());
    const second = await worker();
    await arrived(second.deliveries, 1);
    assert.is(first.deliveries.length, 1);
    assert.equal(ids(second.deliveries), [fireId("reports", fireAt(1).slot)]);
  });

  test("queues are kept apart, and new ones can be added later", async ({ clock, worker }) => {
    const link = await clock();
    assert.is(await link.ensureQueues(["default", "other"]), undefined);
    await link.fire(fireAt(0, { queue: "other" }));
    await link.fire(fireAt(1, { queue: "default" }));
    const { deliveries } = await worker({ queues: ["other"] });
    await arrived(deliveries, 1);
    assert.equal(ids(deliveries), [fireId("reports", fireAt(0).slot)]);
    assert.is(deliveries[0]!.queue, "other");
  });

  test("one worker takes from several queues", async ({ clock, worker }) => {
    const { deliveries } = await worker({ queues: ["default", "other"] });
    const link = await clock();
    await link.fire(fireAt(0, { queue: "other" }));
    await link.fire(fireAt(1, { queue: "default" }));
    await arrived(deliveries, 2);
    assert.equal(deliveries.map(({ queue }) => queue).sort(), ["default", "other"]);
  });

  test("a buried message is in the dead letters with the reason, and nowhere else", async (context) => {
    await (await context.clock()).fire(fireAt(0, { payload: [1] }));
    const { deliveries, link } = await context.worker();
    const [delivery] = await arrived(deliveries, 1);
    assert.is(await delivery!.bury("no such job"), true);
    await link.close(1000);
    const dead = await adapter.takeDead(context.namespace);
    assert.is(dead.length, 1);
    assert.is(dead[0]!.headers["x-clockd-reason"], "no such job");
    assert.is(dead[0]!.headers["x-clockd-job"], "reports");
    assert.is(dead[0]!.headers["x-clockd-queue"], "default");
    assert.equal(JSON.parse(String(dead[0]!.body)).payload, [1]);
  });

  test("a message that is no fire is delivered as a problem, and can be buried", async (context) => {
    const bodies = [
      Buffer.from("not json"),
      Buffer.from([0xff, 0xfe, 0x00]),
      Buffer.from(""),
      Buffer.from("[]"),
      Buffer.from("null"),
      Buffer.from(`{"version":2,"job":"a","slot":"2026-12-01T08:00:00Z"}`),
      Buffer.from(`{"version":1,"job":7,"slot":"2026-12-01T08:00:00Z"}`),
      Buffer.from(`{"version":1,"job":"a","slot":"yesterday"}`),
      Buffer.from(
        `{"version":1,"job":"a","slot":"2026-12-01T08:00:00Z","payload":${"[".repeat(5000)}${"]".repeat(5000)}}`,
      ),
    ];
    const { deliveries } = await context.worker();
    for (const body of bodies) await adapter.inject(context.namespace, "default", body);
    for (const { content, bury } of await arrived(deliveries, bodies.length)) {
      assert.ok(isWireProblem(content), JSON.stringify(content));
      assert.is(await bury(content.problem), true);
    }
    const dead = await adapter.takeDead(context.namespace);
    assert.equal(
      dead.map(({ body }) => body.toString("hex")),
      bodies.map((body) => body.toString("hex")),
    );
  });

  test("a fire that nobody is there for is undeliverable, and harms no other", async ({
    clock,
  }) => {
    const link = await clock();
    const nowhere: Fire = {
      ...fireAt(0),
      target: {
        kind: "publish",
        exchange: "no-such-exchange",
        routingKey: "x",
        headers: {},
        body: 1,
      },
    };
    const [before, bad, after] = await Promise.all([
      link.fire(fireAt(1)),
      link.fire(nowhere),
      link.fire(fireAt(2)),
    ]);
    assert.is(before!.kind, "confirmed");
    assert.is(after!.kind, "confirmed");
    assert.is(bad!.kind, "undeliverable");
    assert.match((bad as { problem: BrokerProblem }).problem.message, "no-such-exchange");
    assert.is(link.isLost, false);
  });

  test("a fire whose work queue was deleted is in the new one, once", async (context) => {
    const link = await context.clock();
    await adapter.deleteQueue(context.namespace, "default");
    assert.equal(await link.fire(fireAt(0)), { kind: "confirmed" });
    assert.equal(await link.fire(fireAt(1)), { kind: "confirmed" });
    const { deliveries } = await context.worker();
    await arrived(deliveries, 2);
    assert.equal(ids(deliveries).sort(), [0, 1].map(idAt));
    await link.close(1000);
    assert.is(deliveries.length, 2);
  });

  test.run();
  ledgerConformance(adapter);
  retryConformance(adapter);
  deadConformance(adapter);
}

function idAt(index: number): string {
  const { job, slot } = fireAt(index);
  return fireId(job, slot);
}

/** The nth fire of a job that is due every second. */
export function fireAt(index: number, target: { queue?: string; payload?: unknown } = {}): Fire {
  return aFire({
    job: "reports",
    slot: SLOT + index * 1000,
    target: { kind: "run", queue: "default", ...target },
  });
}

export function usable<L extends object>(link: L | BrokerProblem): L {
  if (isBrokerProblem(link)) throw new Error(link.message);
  return link as L;
}

export async function arrived(deliveries: Delivery[], count: number): Promise<Delivery[]> {
  const enough = () => deliveries.length >= count;
  await until(enough, SOON_MS, () => `${count} deliveries, got ${deliveries.length}`);
  return deliveries;
}

export function ids(deliveries: Pick<Delivery, "content">[]): string[] {
  return deliveries.map(({ content }) => (content as WorkerFire).id);
}
