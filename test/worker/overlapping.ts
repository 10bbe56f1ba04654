import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FinishedRecord, SkippedRecord } from "../../src/ledger/run-record.ts";
import type { Ground } from "../support/ground.ts";
import { fireOf, type Rig, used } from "./rig.ts";
import { begun, hasBegun, id, letGo, pairOn, QUICK, STEP, said, story, task } from "./steps.ts";

/** What becomes of a slot that comes due while an earlier run of its job goes on elsewhere. */
export function overlapping(ground: Ground): void {
  const test = suite(`${ground.name}: a slot that comes due while its job is running`);

  const pair = (use: (one: Rig, two: Rig) => Promise<void>) => pairOn(ground, use);

  test("is skipped, and the record says for which run and since when", () =>
    pair(async (one, two) => {
      task(one, { overlap: "skip" });
      await one.send(fireOf("a"), "one");
      await hasBegun(one);
      await one.send(fireOf("a", 1), "two");
      await two.heard("run.skipped");
      await two.logged(1);
      assert.equal(two.broker.log, [`finish ${id(1)}#1`]);
      const [claim] = await said(one, ["claimed"], 2);
      const [record] = (await said(one, ["skipped"], 1)) as SkippedRecord[];
      const { fire, why, by, since, message } = record!;
      assert.equal([fire, why, by, since, message], [id(1), "overlap", id(0), claim?.at, 1]);
      letGo(one);
      await one.heard("run.finished");
      await one.send(fireOf("a", 2), "two");
      await two.heard("run.finished");
      assert.equal(begun(one), [`${id(0)}#1`, `${id(2)}#1`]);
    }));

  test("waits for its turn, in the order of asking, whoever has it and however few places there are", () =>
    used(
      ground,
      { a: STEP },
      async (one) => {
        const two = one.beside({ queues: ["two"], concurrency: 1 });
        await two.heard("worker.taking");
        task(one, { overlap: "queue" });
        const order = [0, 4, 1, 3, 2];
        for (const [at, number] of order.entries()) {
          await one.send(fireOf("a", number), at % 2 ? "two" : "one");
          await said(one, ["claimed"], at + 1);
        }
        await hasBegun(one);
        letGo(one);
        await said(one, ["finished"], 5);
        assert.equal(
          begun(one),
          order.map((number) => `${id(number)}#1`),
        );
        await Promise.all([one.logged(3), two.logged(2)]);
        assert.equal(two.broker.log, [`finish ${id(4)}#1`, `finish ${id(3)}#1`]);
      },
      { queues: ["one"], pace: QUICK },
    ));

  test("takes the place of the run: TERM, then KILL, and only then it starts", () =>
    pair(async (one, two) => {
      task(one, { overlap: "replace", killAfter: 300 }, `trap '' TERM; ${STEP}`);
      await one.send(fireOf("a"), "one");
      await hasBegun(one);
      await one.send(fireOf("a", 1), "two");
      await hasBegun(one, 2);
      const signals = one.events.flatMap((e) => (e.type === "run.terminating" ? [e.signal] : []));
      assert.equal(signals, ["SIGTERM", "SIGKILL"]);
      letGo(one);
      await two.heard("run.finished");
      const [first, second] = (await said(one, ["finished"], 2)) as FinishedRecord[];
      assert.equal(
        [first?.fire, first?.end, first?.reason],
        [id(0), "replaced", `${id(1)} takes its place`],
      );
      assert.equal([second?.fire, second?.end], [id(1), "done"]);
      assert.ok(first!.endedAt <= second!.startedAt);
      assert.equal(begun(one), [`${id(0)}#1`, `${id(1)}#1`]);
    }));

  test("takes the place of what waits, too", () =>
    pair(async (one, two) => {
      task(one, { overlap: "queue" });
      await one.send(fireOf("a"), "one");
      await hasBegun(one);
      await one.send(fireOf("a", 1), "two");
      await said(one, ["claimed"], 2);
      task(one, { overlap: "replace" });
      await one.send(fireOf("a", 2), "two");
      await hasBegun(one, 2);
      letGo(one);
      await two.heard("run.finished");
      assert.equal(await story(one, 1, "skipped"), ["claimed", "skipped"]);
      assert.equal(begun(one), [`${id(0)}#1`, `${id(2)}#1`]);
    }));

  test("runs beside it, if it may", () =>
    pair(async (one) => {
      await one.send(fireOf("a"), "one");
      await one.send(fireOf("a", 1), "two");
      await hasBegun(one, 2);
      letGo(one);
      await said(one, ["finished"], 2);
    }));

  test("does not wait for a worker that has stopped: its runs and its places in line are others' to have", () =>
    used(
      ground,
      { a: STEP },
      async (one) => {
        task(one, { overlap: "queue" });
        for (const number of [0, 1, 2]) {
          await one.send(fireOf("a", number), "one");
          await said(one, ["claimed"], number + 1);
        }
        await hasBegun(one);
        const two = one.beside();
        await two.heard("worker.taking");
        await one.worker.drain({ drainMs: 0 });
        letGo(one);
        await two.heard("run.finished", 3);
        assert.equal(begun(one).slice(0, 2), [`${id(0)}#1`, `${id(1)}#1`]);
        assert.equal(begun(one).slice(2).sort(), [`${id(0)}#2`, `${id(2)}#1`]);
      },
      { queues: ["one"], pace: QUICK },
    ));

  test.run();
}
