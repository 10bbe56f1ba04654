import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { DroppedRecord, FinishedRecord } from "../../src/ledger/run-record.ts";
import type { WorkerDeps } from "../../src/worker/worker.ts";
import type { Ground } from "../support/ground.ts";
import { until } from "../support/until.ts";
import { fireOf, type Rig, used } from "./rig.ts";
import {
  begun,
  hasBegun,
  id,
  letGo,
  pairOn,
  QUICK,
  QUICKLY,
  STEP,
  said,
  story,
  task,
} from "./steps.ts";

/** Who runs what is delivered to several workers, whatever happens to them. */
export function claiming(ground: Ground): void {
  const test = suite(`${ground.name}: several workers with the same jobs`);

  const pair = (use: (one: Rig, two: Rig) => Promise<void>) => pairOn(ground, use);

  /** Worker `one` runs fire 0 and is cut off; `two` takes from the same queue. Returns what brings `one` back. */
  async function cutOff(one: Rig, options: Partial<WorkerDeps> = {}) {
    await one.send(fireOf("a"), "one");
    await hasBegun(one);
    const two = one.beside(options);
    await two.heard("worker.taking");
    const comeBack = away(one);
    (await one.link()).lose();
    return { two, comeBack };
  }

  const COPIES = { flagged: { maybeDuplicate: true }, "another leader's": { epoch: 2 }, plain: {} };
  for (const [name, more] of Object.entries(COPIES)) {
    test(`run a fire once, and drop a copy while it runs and after it: ${name}`, () =>
      pair(async (one, two) => {
        await one.send(fireOf("a"), "one");
        await hasBegun(one);
        await one.send({ ...fireOf("a"), ...more }, "two");
        await two.heard("run.copy_dropped");
        letGo(one);
        await one.heard("run.finished");
        await one.send({ ...fireOf("a"), ...more }, "two");
        await two.logged(2);
        const reasons = ((await said(one, ["dropped"], 2)) as DroppedRecord[]).map((d) => d.reason);
        assert.equal(reasons, ["host:7 has its run", "its run has ended"]);
        assert.equal(begun(one), [`${id(0)}#1`]);
        assert.equal(two.broker.log, Array(2).fill(`finish ${id(0)}#1`));
      }));
  }

  test("run the copy, if it comes first, and drop the fire", () =>
    pair(async (one, two) => {
      await one.send({ ...fireOf("a"), maybeDuplicate: true }, "one");
      await hasBegun(one);
      await one.send(fireOf("a"), "two");
      await two.heard("run.copy_dropped");
      letGo(one);
      await one.heard("run.finished");
      assert.equal(begun(one), [`${id(0)}#1`]);
    }));

  test("do not run again what one has finished, though the broker did not hear of it", () =>
    used(
      ground,
      { a: STEP },
      async (one) => {
        letGo(one);
        one.broker.deaf = true;
        await one.send(fireOf("a"), "one");
        await one.logged(1);
        const two = one.beside();
        await two.heard("worker.taking");
        away(one);
        (await one.link()).lose();
        await two.logged(1);
        assert.equal(two.broker.log, [`finish ${id(0)}#1`]);
        assert.equal(await story(one, 0, "dropped"), [
          "claimed",
          "finished done",
          "claimed",
          "dropped",
        ]);
        assert.equal(begun(one), [`${id(0)}#1`]);
      },
      { queues: ["one"], pace: QUICK },
    ));

  test("let a run go on whose worker was cut off and is back in time", () =>
    used(
      ground,
      { a: STEP },
      async (one) => {
        const { two, comeBack } = await cutOff(one);
        await said(one, ["claimed"], 2);
        comeBack();
        await two.logged(1);
        assert.equal(two.broker.log, [`finish ${id(0)}#1`]);
        letGo(one);
        await said(one, ["finished"], 1);
        const words = ["claimed", "claimed", "kept", "claimed", "dropped", "finished done"];
        assert.equal(await story(one, 0, "finished"), words);
        assert.equal(begun(one), [`${id(0)}#1`]);
      },
      { queues: ["one"], pace: { ...QUICK, heirWaits: 5000 } },
    ));

  test("run again what a worker had that died, as its next attempt", () =>
    used(
      ground,
      { a: STEP },
      async (one) => {
        const { two, comeBack } = await cutOff(one);
        await hasBegun(one, 2);
        assert.equal(begun(one), [`${id(0)}#1`, `${id(0)}#2`]);
        // It was not dead: its command must not go on beside the other.
        comeBack();
        await one.heard("run.terminating");
        letGo(one);
        await two.logged(1);
        assert.equal(two.broker.log, [`finish ${id(0)}#1`]);
        const [end] = (await said(one, ["finished"], 1)) as FinishedRecord[];
        assert.equal([end?.attempt, end?.message, end?.worker], [2, 1, "host:8"]);
        assert.equal(await story(one, 0, "finished"), [
          "claimed",
          "claimed",
          "started",
          "finished done",
        ]);
      },
      { queues: ["one"], pace: QUICK },
    ));

  test("an heir that dies has an heir", () =>
    used(
      ground,
      { a: STEP },
      async (one) => {
        const { two } = await cutOff(one);
        await hasBegun(one, 2);
        const three = one.beside();
        await three.heard("worker.taking");
        away(two);
        (await two.link()).lose();
        await hasBegun(one, 3);
        letGo(one);
        await three.heard("run.finished");
        assert.equal(
          begun(one),
          [1, 2, 3].map((attempt) => `${id(0)}#${attempt}`),
        );
      },
      { queues: ["one"], pace: QUICK },
    ));

  test("do not run again what ended while its worker was cut off and another had it", () =>
    used(
      ground,
      { a: STEP },
      async (one) => {
        task(one, { retry: { ...QUICKLY, attempts: 2 } }, `${STEP}; [ $CLOCKD_ATTEMPT = 2 ]`);
        const { two, comeBack } = await cutOff(one);
        await hasBegun(one, 2);
        letGo(one);
        await Promise.all([one.heard("run.finished"), two.heard("run.finished")]);
        await two.logged(1);
        comeBack();
        await until(() => one.told("worker.taking").length === 2, 5000, "it to be back");
        await one.send(fireOf("a", 1), "one");
        await said(one, ["finished"], 2);
        // What became of the first attempt is not for the one who was silent to say.
        assert.equal(await story(one, 0, "finished"), [
          "claimed",
          "claimed",
          "started",
          "finished done",
        ]);
        assert.not(
          one.broker.log.some((line) => line.includes(`again in`) && line.includes(id(0))),
        );
      },
      { queues: ["one"], pace: QUICK },
    ));

  test.run();
}

/** The broker cannot be reached from here until what is returned is called. */
export function away(rig: Rig): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  rig.broker.openings.push(promise);
  return resolve;
}
