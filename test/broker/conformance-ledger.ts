import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type Broker,
  type BrokerProblem,
  type ClockLink,
  type Delivery,
  isBrokerProblem,
  type LedgerEntry,
  type LedgerLink,
  type LedgerPlace,
} from "../../src/broker/broker.ts";
import { type Fire, fireId } from "../../src/ledger/fire.ts";
import type { LedgerRecord } from "../../src/ledger/record.ts";
import type { RunRecord } from "../../src/ledger/run-record.ts";
import { uniqueNamespace } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { type Adapter, arrived, fireAt, ids, QUEUES, SOON_MS, usable } from "./conformance.ts";

interface Context {
  namespace: string;
  broker: Broker;
  clock(broker?: Broker): Promise<ClockLink>;
  ledger(): Promise<LedgerLink>;
  /** Reads the ledger from a place on. */
  read(from?: LedgerPlace, link?: LedgerLink): Promise<LedgerEntry[]>;
  deliveries(): Promise<Delivery[]>;
}

/** A leader is followed by the next one in this time. ms. */
const HAND_OVER_MS = 1000;
/** Long enough for what must not happen to happen, were it wrong. ms. */
const NOTHING_MS = 300;

/** What the port says of the ledger and of leading. */
export function ledgerConformance(adapter: Adapter): void {
  const test = suite<Context>(`${adapter.name} as a ledger`);
  let close: (() => Promise<void>)[] = [];

  test.before.each((context) => {
    const namespace = uniqueNamespace("ledger");
    const broker = adapter.open(namespace);
    close = [() => adapter.remove(namespace, QUEUES)];
    const closing = <L extends { close(deadlineMs: number): Promise<void> }>(link: L) => {
      close.unshift(() => link.close(1000));
      return link;
    };
    context.namespace = namespace;
    context.broker = broker;
    context.clock = async (of = broker) => closing(usable(await of.openClock(["default"])));
    context.ledger = async () => {
      const link = await broker.openLedger();
      if (!isBrokerProblem(link)) return closing(link);
      // Readers make nothing; whoever works makes everything.
      const worker = await broker.openWorker({ queues: ["other"], prefetch: 1, onDelivery() {} });
      await usable(worker).close(1000);
      return closing(usable(await broker.openLedger()));
    };
    context.read = async (from = "oldest", link) => {
      const entries: LedgerEntry[] = [];
      const reader = link ?? (await context.ledger());
      usable(await reader.follow(from, (entry) => void entries.push(entry)));
      return entries;
    };
    context.deliveries = async () => {
      const deliveries: Delivery[] = [];
      const onDelivery = (delivery: Delivery) => void deliveries.push(delivery);
      const options = { queues: ["default"], prefetch: 1000, onDelivery };
      closing(usable(await broker.openWorker(options)));
      return deliveries;
    };
  });

  test.after.each(async () => {
    for (const closeOne of close) await closeOne();
  });

  test("who only reads makes nothing, and is told that there is no ledger", async ({ broker }) => {
    for (const _ of [1, 2]) {
      const link = await broker.openLedger();
      assert.is((link as BrokerProblem).code, "BROKER_NO_LEDGER");
    }
  });

  test("a fire is in the work queue and in the ledger, once and with all it says", async (context) => {
    const link = await context.clock();
    const fires: Fire[] = [
      { ...fireAt(0, { payload: { text: "ünï☃", list: [1, null] } }), attempt: 2, epoch: 7 },
      { ...fireAt(1), catchUp: true, maybeDuplicate: true, triggered: true },
      { ...fireAt(2), slot: fireAt(2).slot + 1 },
    ];
    for (const fire of fires) assert.equal(await link.fire(fire), { kind: "confirmed" });
    await link.append(mark("end"));
    const entries = await readTo("end", await context.read());
    assert.equal(firesOf(entries), fires);
    const deliveries = await arrived(await context.deliveries(), 3);
    assert.equal(ids(deliveries), fires.map(idOf));
  });

  test("fires and records of a link are in the ledger in the order of the calls", async (context) => {
    const link = await context.clock();
    const answers = [];
    for (let index = 0; index < 300; index++) {
      answers.push(index % 3 ? link.fire(fireAt(index)) : link.append(mark(String(index))));
    }
    answers.push(link.append(mark("end")));
    for (const { kind } of await Promise.all(answers)) assert.is(kind, "confirmed");
    const entries = await readTo("end", await context.read());
    const told = entries.slice(0, -1).map(({ content }) => nameOf(content as LedgerRecord));
    const sent = Array.from({ length: 300 }, (_, index) =>
      index % 3 ? idOf(fireAt(index)) : String(index),
    );
    assert.equal(told, sent);
  });

  test("every kind of record comes back as it was", async (context) => {
    const link = await context.ledger();
    for (const record of someRecords()) {
      assert.equal(await link.append(record), { kind: "confirmed" });
    }
    const entries = await enough(await context.read(), someRecords().length);
    assert.equal(
      entries.map(({ content }) => content),
      someRecords(),
    );
    assert.equal(
      entries.map(({ position }) => position),
      entries.map((_, index) => index),
    );
  });

  test("two readers see the same order and positions, whatever is written at once", async (context) => {
    const early = await context.read();
    const links = [await context.clock(), await context.ledger(), await context.ledger()];
    const answers = [];
    for (let index = 0; index < 200; index++) {
      for (const [n, link] of links.entries()) answers.push(link.append(mark(`${n}-${index}`)));
    }
    await Promise.all(answers);
    const late = await context.read();
    await enough(early, 600);
    await enough(late, 600);
    assert.equal(late, early);
  });

  test("a reading begins after a position, about an instant, or with the oldest record", async (context) => {
    const link = await context.ledger();
    for (let index = 0; index < 20; index++) await link.append(mark(String(index)));
    const between = Date.now();
    for (let index = 20; index < 30; index++) await link.append(mark(String(index)));
    assert.is((await readTo("29", await context.read())).length, 30);
    const after = await readTo("29", await context.read({ after: 12 }));
    assert.equal(
      after.map(({ position }) => position),
      Array.from({ length: 17 }, (_, index) => 13 + index),
    );
    assert.is((await readTo("29", await context.read({ after: -1 }))).length, 30);
    // Some that are older may come, but none that is newer is missing.
    const since = await readTo("29", await context.read({ since: between }));
    assert.ok(since.length >= 10, `${since.length} came`);
    assert.is((await readTo("29", await context.read({ since: 0 }))).length, 30);
    // At the end: only what comes from now on.
    const next = await context.read({ after: 29 });
    await link.append(mark("new"));
    assert.equal(await enough(next, 1), [{ position: 30, content: mark("new") }]);
  });

  test("nothing comes after a reading was stopped, and the link goes on", async (context) => {
    const link = await context.ledger();
    const entries: LedgerEntry[] = [];
    const following = usable(await link.follow("oldest", (entry) => void entries.push(entry)));
    await link.append(mark("a"));
    await enough(entries, 1);
    await following.stop();
    await link.append(mark("b"));
    await readTo("b", await context.read("oldest", link));
    assert.is(entries.length, 1);
    assert.is(link.isLost, false);
  });

  test("the newest snapshot is read, and none is no snapshot", async (context) => {
    const [link, reader] = [await context.clock(), await context.ledger()];
    assert.is(await reader.readSnapshot(), undefined);
    for (const text of ["old", "newer", "newest"]) {
      assert.equal(await link.saveSnapshot(Buffer.from(text)), { kind: "confirmed" });
    }
    const newest = (await reader.readSnapshot()) as Uint8Array;
    assert.is(Buffer.from(newest).toString(), "newest");
    const large = Buffer.alloc(5_000_000, "0123456789abcdef");
    assert.equal(await link.saveSnapshot(large), { kind: "confirmed" });
    const read = (await reader.readSnapshot()) as Uint8Array;
    assert.ok(large.equals(Buffer.from(read)), "the large snapshot came back otherwise");
    // A snapshot is beside the ledger, not in it.
    await link.append(mark("end"));
    assert.is((await readTo("end", await context.read())).length, 1);
  });

  test("the first clock is elected, the second when the first has closed", async (context) => {
    const first = await context.clock();
    await within(SOON_MS, first.elected, "the first clock to be elected");
    const second = await context.clock();
    await second.callElection();
    await nothing(second.elected, "the second clock was elected beside the first");
    await first.close(1000);
    await within(HAND_OVER_MS, second.elected, "the second clock to be elected");
  });

  test("when a leader is cut off the next one leads, and nothing more of the old one counts", async (context) => {
    const fragile = await adapter.openFragile(context.namespace);
    close.unshift(async () => fragile.end());
    const [old, next] = [await context.clock(fragile.broker), await context.clock()];
    await within(SOON_MS, old.elected, "the first clock to be elected");
    assert.is((await old.fire(fireAt(0))).kind, "confirmed");
    fragile.cut();
    const late = [old.fire(fireAt(1)), old.append(mark("late"))];
    await within(HAND_OVER_MS, next.elected, "the next clock to be elected");
    await next.append(mark("end"));
    fragile.end();
    assert.ok(isBrokerProblem(await old.lost));
    for (const { kind } of await Promise.all(late)) assert.is(kind, "in-doubt");
    assert.is((await old.fire(fireAt(2))).kind, "in-doubt");
    await next.append(mark("later"));
    const entries = await readTo("later", await context.read());
    assert.equal(
      entries.map(({ content }) => nameOf(content as LedgerRecord)),
      [idOf(fireAt(0)), "end", "later"],
    );
  });

  test("of three clocks one leads at a time, until all have led", async (context) => {
    const waiting = new Set([await context.clock(), await context.clock(), await context.clock()]);
    while (waiting.size > 0) {
      const any = [...waiting].map((link) => link.elected.then(() => link));
      const leader = await within(SOON_MS, Promise.race(any), "a clock to be elected");
      waiting.delete(leader);
      for (const link of waiting) await link.callElection();
      const others = Promise.race([...waiting].map(({ elected }) => elected));
      if (waiting.size > 0) await nothing(others, "two clocks were elected");
      await leader.close(1000);
    }
  });

  test("to call for an election never makes two leaders, and harms no leader", async (context) => {
    const [leader, standby] = [await context.clock(), await context.clock()];
    await within(SOON_MS, leader.elected, "the first clock to be elected");
    for (let time = 0; time < 5; time++) {
      await Promise.all([standby.callElection(), leader.callElection()]);
    }
    await nothing(standby.elected, "two clocks were elected");
    assert.is((await leader.fire(fireAt(0))).kind, "confirmed");
    assert.is(leader.isLost, false);
  });

  test("a closed clock is not elected, and its records are in doubt", async (context) => {
    const [leader, standby] = [await context.clock(), await context.clock()];
    await within(SOON_MS, leader.elected, "the first clock to be elected");
    await standby.close(1000);
    await leader.close(1000);
    await nothing(standby.elected, "a closed clock was elected");
    assert.is((await leader.append(mark("a"))).kind, "in-doubt");
    assert.is((await leader.saveSnapshot(Buffer.from("a"))).kind, "in-doubt");
  });

  test("a worker appends what became of a run", async (context) => {
    const options = { queues: ["default"], prefetch: 1, onDelivery: () => {} };
    const worker = usable(await context.broker.openWorker(options));
    assert.equal(await worker.append(RUN), { kind: "confirmed" });
    await worker.close(1000);
    assert.is((await worker.append(RUN)).kind, "in-doubt");
    assert.equal(await enough(await context.read(), 1), [{ position: 0, content: RUN }]);
  });

  test("what cannot be understood is a fault in its place, and the reading goes on", async (context) => {
    const link = await context.ledger();
    const cases: [string | undefined, string | Buffer, string][] = [
      ["mark", "not json", "broken"],
      ["mark", Buffer.from([0xff, 0x00]), "broken"],
      ["clock", `{"version":1,"kind":"clock","at":1}`, "broken"],
      ["mark", `{"version":2,"kind":"mark","at":1,"nonce":"x"}`, "newer-version"],
      ["later", "not json", "unknown-kind"],
      ["later", `{"version":1,"kind":"later","at":1}`, "unknown-kind"],
      ["fire", "[]", "broken"],
      ["fire", `{"version":2}`, "newer-version"],
      ["fire", `{"version":1,"job":"a","slot":"2026-12-01T08:00:00Z"}`, "broken"],
      ["fire", `{"version":1,"job":"a","slot":"2026-12-01T08:00:00Z","target":{}}`, "broken"],
      [undefined, "", "broken"],
    ];
    for (const [type, body] of cases) {
      await adapter.injectRecord(context.namespace, type, Buffer.from(body));
    }
    await link.append(mark("end"));
    const entries = await readTo("end", await context.read());
    assert.equal(
      entries.slice(0, -1).map(({ content }) => (content as { fault?: string }).fault),
      cases.map(([, , fault]) => fault),
    );
    assert.is(link.isLost, false);
  });

  test("nobody vouches at first for a broker that can break; then every clock knows that it has not", async (context) => {
    const [one, two] = [await context.clock(), await context.clock()];
    assert.is(one.isAtomic, adapter.isAtomic);
    assert.is(await one.isUnbroken(), adapter.isAtomic);
    await two.vouch();
    await two.vouch();
    assert.is(await one.isUnbroken(), true);
    await two.close(1000);
    assert.is(await one.isUnbroken(), true);
    assert.is(one.isLost, false);
  });

  test("a fire to another service is in the ledger with all it says, even if nobody takes it", async (context) => {
    const link = await context.clock();
    const target = {
      kind: "publish" as const,
      exchange: "no-such-exchange",
      routingKey: "a.b",
      headers: { source: "shop", deep: { n: [1.5, null] } },
      body: { kind: "tick", list: ["ü"] },
    };
    const fire: Fire = { ...fireAt(0), target, epoch: 3 };
    assert.is((await link.fire(fire)).kind, "undeliverable");
    assert.equal(firesOf(await enough(await context.read(), 1)), [fire]);
  });

  test.run();
}

const AT = Date.UTC(2026, 11, 1);

function mark(nonce: string) {
  return { kind: "mark" as const, at: AT, nonce };
}

const RUN: RunRecord = {
  kind: "run",
  at: AT,
  event: "finished",
  job: "reports",
  fire: "reports@2026-12-01T08:00:00Z",
  attempt: 1,
  ok: false,
  outcome: "exited",
  exitCode: 3,
  signal: null,
  startedAt: AT - 1500,
  endedAt: AT,
  worker: "host 7",
  nonce: "n.1",
  message: 1,
  end: "done",
};

type Appended = Parameters<LedgerLink["append"]>[0];

function someRecords(): Appended[] {
  const clock = { kind: "clock" as const, at: AT, clock: "host 1" };
  const job = { kind: "job" as const, at: AT };
  return [
    mark("ünï"),
    RUN,
    { kind: "missed", at: AT, epoch: 1, job: "a", count: 2, first: 1, last: 2, reason: "late" },
    { ...clock, event: "leading", epoch: 2, nonce: "n", config: "0123456789ab" },
    { ...clock, event: "progress", epoch: 2, settled: AT, caughtUp: true, open: ["a@1"] },
    { ...clock, event: "standing-by" },
    { ...job, event: "added", jobs: ["a", "b"], after: AT },
    { ...job, event: "paused", job: "a", by: "x@y" },
    { ...job, event: "triggered", job: "a", slot: AT, payload: { a: [1] }, by: "x@y" },
    {
      ...{
        kind: "notice",
        at: AT,
        event: "claimed",
        notice: "missed",
        job: "a",
        first: 1,
        last: 2,
      },
      ...{ worker: "host 7", nonce: "n" },
    },
  ];
}

function idOf({ job, slot }: Fire): string {
  return fireId(job, slot);
}

function nameOf(record: LedgerRecord): string {
  if (record.kind === "fire") return idOf(record.fire);
  return record.kind === "mark" ? record.nonce : record.kind;
}

function firesOf(entries: readonly LedgerEntry[]): Fire[] {
  return entries.flatMap(({ content }) =>
    "kind" in content && content.kind === "fire" ? [content.fire] : [],
  );
}

/** Waits for the mark with that nonce: everything before it has come. */
function readTo(nonce: string, entries: LedgerEntry[]): Promise<LedgerEntry[]> {
  const isIt = ({ content }: LedgerEntry) =>
    "kind" in content && content.kind === "mark" && content.nonce === nonce;
  const what = () => `the mark ${nonce}, got ${entries.length} entries`;
  return until(() => (entries.some(isIt) ? entries : undefined), SOON_MS, what);
}

function enough(entries: LedgerEntry[], count: number): Promise<LedgerEntry[]> {
  const what = () => `${count} entries, got ${entries.length}`;
  return until(() => (entries.length >= count ? entries : undefined), SOON_MS, what);
}

async function within<T>(ms: number, work: Promise<T>, what: string): Promise<T> {
  let answer: { value: T } | undefined;
  void work.then((value) => {
    answer = { value };
  });
  return (await until(() => answer, ms, what)).value;
}

/** Nothing can be waited for that must not come: this gives it some time. */
async function nothing(work: Promise<unknown>, what: string): Promise<void> {
  let came = false;
  void work.then(() => {
    came = true;
  });
  await new Promise((resolve) => setTimeout(resolve, NOTHING_MS));
  assert.not.ok(came, what);
}
