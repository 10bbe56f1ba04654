import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BrokerProblem, LedgerLink } from "../../src/broker/broker.ts";
import type { DeadLetter } from "../../src/broker/dead-letter.ts";
import type { Fire } from "../../src/ledger/fire.ts";
import { fireId } from "../../src/ledger/fire.ts";
import { type Adapter, arrived, fireAt, ids, usable } from "./conformance.ts";
import { createConformanceRig, type Rig } from "./conformance-rig.ts";

const CONFIRMED = { kind: "confirmed" };

/** What the port says of dead letters. */
export function deadConformance(adapter: Adapter): void {
  const test = suite<Rig>(`${adapter.name} for dead letters`);
  let rig: Rig;

  test.before.each((context) => {
    rig = createConformanceRig(adapter, "dead");
    Object.assign(context, rig);
  });
  test.after.each(() => rig.close());

  async function bury(count: number, more: Partial<Fire> = {}): Promise<void> {
    const { link } = await rig.worker({ queues: ["other"] });
    const buried = Array.from({ length: count }, (_, index) =>
      link.bury({ ...fireAt(index), ...more }, `reason ${index}`),
    );
    for (const outcome of await Promise.all(buried)) assert.equal(outcome, CONFIRMED);
    await link.close(1000);
  }

  test("where nothing was buried there are no dead letters", async (context) => {
    const link = await context.ledger();
    assert.equal(await letters(link), []);
    assert.equal(await link.settleDead(["1", "nonsense", ""], "drop"), NOTHING);
    assert.equal(await link.settleDead([], "retry"), NOTHING);
  });

  test("a buried fire is listed with everything it said", async (context) => {
    const before = Date.now();
    const history = ["1: exited with 1", "2: timed out"];
    await bury(1, { attempt: 2, history, before: 0, maybeDuplicate: true });
    const [letter] = await letters(await context.ledger());
    const { id, at, content, body, ...rest } = letter!;
    assert.match(id, /^\S+$/);
    assert.ok(at! >= before && at! <= Date.now(), String(at));
    const fire = fireId("reports", fireAt(0).slot);
    const named = { job: "reports", fire, attempt: 2 };
    assert.equal(rest, { queue: "default", reason: "reason 0", ...named, history });
    assert.equal(JSON.parse(String(body)).job, "reports");
    assert.is("maybeDuplicate" in content && content.maybeDuplicate, true);
  });

  test("letters are listed oldest first, however often, with the same ids, and none is lost", async (context) => {
    await bury(50);
    const link = await context.ledger();
    const first = await letters(link);
    assert.equal(
      first.map(({ reason }) => reason),
      Array.from({ length: 50 }, (_, index) => `reason ${index}`),
    );
    assert.is(new Set(first.map(({ id }) => id)).size, 50);
    for (let round = 0; round < 25; round++) assert.equal(await letters(link), first);
  });

  test("several who list at once all see everything", async (context) => {
    await bury(200);
    const links = await Promise.all([1, 2, 3, 4].map(() => context.ledger()));
    const lists = await Promise.all(links.flatMap((link) => [letters(link), letters(link)]));
    for (const list of lists) assert.is(list.length, 200);
  });

  test("what is buried while somebody lists is there for the next one", async (context) => {
    const { link } = await context.worker({ queues: ["other"] });
    const reader = await context.ledger();
    for (let index = 0; index < 20; index++) {
      const [outcome] = await Promise.all([link.bury(fireAt(index), "why"), letters(reader)]);
      assert.equal(outcome, CONFIRMED);
    }
    assert.is((await letters(reader)).length, 20);
  });

  test("a dropped letter is gone, and the others stay as they were", async (context) => {
    await bury(5);
    const link = await context.ledger();
    const all = await letters(link);
    const ids = [all[1]!.id, all[3]!.id, "no-such-letter"];
    assert.equal(await link.settleDead(ids, "drop"), { settled: ids.slice(0, 2), failed: [] });
    assert.equal(await letters(link), [all[0], all[2], all[4]]);
    assert.equal(await link.settleDead(ids, "drop"), NOTHING);
  });

  test("a letter that is retried is the next attempt in its work queue, and no dead letter", async (context) => {
    const history = ["1: exited with 1"];
    const payload = { a: ["ünï☃"] };
    await bury(2, {
      ...{ attempt: 3, history, before: 1, maybeDuplicate: true },
      target: { kind: "run", queue: "default", payload },
    });
    const link = await context.ledger();
    const [first, second] = await letters(link);
    assert.equal(await link.settleDead([first!.id], "retry"), { settled: [first!.id], failed: [] });
    const { deliveries } = await context.worker();
    const [delivery] = await arrived(deliveries, 1);
    const { content } = delivery!;
    assert.ok("id" in content);
    assert.equal(content, {
      ...(first!.content as typeof content),
      ...{ attempt: 4, before: 3, maybeDuplicate: false },
    });
    assert.equal(content.history, history);
    assert.equal(content.payload, payload);
    assert.is(delivery!.redelivered, false);
    assert.equal(await letters(link), [second]);
    assert.equal(await delivery!.bury("once more"), true);
    const [, again] = await letters(link);
    assert.is(again!.reason, "once more");
    assert.is(again!.attempt, 4);
  });

  test("what cannot be understood is retried as its own bytes", async (context) => {
    const bodies = [Buffer.from("not json"), Buffer.from([0xff, 0x00])];
    const { deliveries } = await context.worker();
    for (const body of bodies) await adapter.inject(context.namespace, "default", body);
    for (const delivery of await arrived(deliveries, 2)) await delivery.bury("what is this");
    const link = await context.ledger();
    const dead = await letters(link);
    assert.equal(
      dead.map(({ fire, queue }) => [fire, queue]),
      Array(2).fill([undefined, "default"]),
    );
    assert.equal(await link.settleDead(idsOf(dead), "retry"), { settled: idsOf(dead), failed: [] });
    const again = (await arrived(deliveries, 4)).slice(2);
    for (const delivery of again) await delivery.bury("still");
    const bytes = (await letters(link)).map(({ body }) => body.toString("hex"));
    assert.equal(bytes.sort(), bodies.map((body) => body.toString("hex")).sort());
  });

  test("a letter that does not say where it came from stays, and the others are retried", async (context) => {
    await bury(1);
    const link = await context.ledger();
    await adapter.injectDead(context.namespace, {}, Buffer.from("whatever"));
    const dead = await letters(link);
    assert.is(dead[1]!.queue, "");
    assert.ok(dead[1]!.reason.length > 0);
    const { settled, failed } = settledOf(await link.settleDead(idsOf(dead), "retry"));
    assert.equal(settled, [dead[0]!.id]);
    assert.equal(
      failed.map(({ id, problem }) => [id, problem.code]),
      [[dead[1]!.id, "BROKER_NO_QUEUE"]],
    );
    assert.equal(await letters(link), [dead[1]]);
    assert.equal(await link.settleDead(idsOf(dead), "drop"), {
      settled: [dead[1]!.id],
      failed: [],
    });
  });

  test("hostile headers of a letter harm nobody", async (context) => {
    const link = await context.ledger();
    const hostile = { "x-death": 7, "x-clockd-queue": {}, "x-clockd-reason": [1] };
    const deep = { "x-death": [{ reason: "x", time: "y", "routing-keys": { a: 1 } }] };
    const odd = { "x-clockd-history": [1, "a", null], "x-clockd-dead-at": -1.5 };
    for (const headers of [hostile, deep, odd, { "x-clockd-attempt": 2 ** 53 - 1 }]) {
      await adapter.injectDead(context.namespace, headers, Buffer.from("{}"));
    }
    const dead = await letters(link);
    assert.is(dead.length, 4);
    assert.equal(dead[2]!.history, ["a"]);
    const result = await link.settleDead(idsOf(dead), "drop");
    assert.is(settledOf(result).settled.length, 4);
  });

  test("thousands are retried, by two at once, and each arrives once", async (context) => {
    await bury(3000);
    const links = [await context.ledger(), await context.ledger()];
    const all = idsOf(await letters(links[0]!));
    const results = await Promise.all(links.map((link) => link.settleDead(all, "retry")));
    assert.is(
      results.reduce((sum, result) => sum + settledOf(result).settled.length, 0),
      3000,
    );
    assert.equal(await letters(links[0]!), []);
    const { deliveries } = await context.worker({ prefetch: 5000 });
    await arrived(deliveries, 3000);
    assert.is(new Set(ids(deliveries)).size, 3000);
    assert.equal(await letters(links[1]!), []);
    assert.is(deliveries.length, 3000);
  });

  test.run();
}

const NOTHING = { settled: [], failed: [] };

async function letters(link: LedgerLink): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  const problem = await link.readDead((letter) => void found.push(letter));
  if (problem) throw new Error(problem.message);
  return found;
}

function idsOf(dead: readonly DeadLetter[]): string[] {
  return dead.map(({ id }) => id);
}

function settledOf(result: Awaited<ReturnType<LedgerLink["settleDead"]>>) {
  return usable(result as Exclude<typeof result, BrokerProblem>);
}
