import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openBroker } from "../../src/broker/open.ts";
import { createClock } from "../../src/clock/clock.ts";
import { systemTime } from "../../src/clock/time.ts";
import type { FinishedRecord } from "../../src/ledger/run-record.ts";
import { configOf } from "../support/config.ts";
import type { Ground } from "../support/ground.ts";
import { away } from "./claiming.ts";
import { fireOf, type Rig, used } from "./rig.ts";
import { begun, hasBegun, id, letGo, QUICK, QUICKLY, STEP, said, story, task } from "./steps.ts";

const SOON = { ackDeadline: 1000 };

/** Runs that last longer than the broker lets a message be held. */
export function keeping(ground: Ground): void {
  const test = suite(`${ground.name}: a run that outlives its message`);

  const alone = (use: (rig: Rig) => Promise<void>) =>
    used(ground, { a: STEP }, use, { queues: ["default"], pace: QUICK });

  test("is acknowledged when the ledger stands for it, and recorded at its end", () =>
    alone(async (rig) => {
      task(rig, SOON);
      await rig.send({ ...fireOf("a"), target: { kind: "run", queue: "default", payload: [7] } });
      await rig.logged(1);
      assert.equal(rig.broker.log, [`finish ${id(0)}#1`]);
      assert.equal(rig.told("run.finished"), []);
      letGo(rig);
      assert.equal(await story(rig, 0, "finished"), ["claimed", "kept", "finished done"]);
      assert.equal(await rig.left(0), []);
    }));

  test("is tried again like any other, and is among the dead letters at last", () =>
    alone(async (rig) => {
      task(rig, { ...SOON, retry: { ...QUICKLY, attempts: 2 } }, `sleep 1.5; ${STEP}; exit 3`);
      letGo(rig);
      await rig.send(fireOf("a"));
      const [, second] = (await said(rig, ["finished"], 2)) as FinishedRecord[];
      assert.equal([second?.attempt, second?.end], [2, "dead"]);
      assert.equal((await said(rig, ["kept"], 2)).length, 2);
      assert.is((await rig.dead()).length, 1);
      assert.equal(begun(rig), [`${id(0)}#1`, `${id(0)}#2`]);
    }));

  test("is acknowledged also while it waits for its turn", () =>
    alone(async (rig) => {
      task(rig, { ...SOON, overlap: "queue" });
      await rig.send(fireOf("a"));
      await rig.send(fireOf("a", 1));
      await rig.logged(2);
      letGo(rig);
      await rig.heard("run.finished", 2);
      assert.equal(begun(rig), [`${id(0)}#1`, `${id(1)}#1`]);
    }));

  test("goes on when its link is lost, and nobody else gets it", () =>
    alone(async (one) => {
      task(one, SOON);
      await one.send(fireOf("a"));
      await one.logged(1);
      const two = one.beside();
      await two.heard("worker.taking");
      const comeBack = away(one);
      (await one.link()).lose();
      comeBack();
      await one.heard("worker.taking", 2);
      letGo(one);
      assert.equal(await story(one, 0, "finished"), ["claimed", "kept", "finished done"]);
      assert.equal(two.broker.arrived, []);
    }));

  test("is given back by a worker that stops, as a message of its own", () =>
    alone(async (one) => {
      task(one, SOON);
      await one.send(fireOf("a"));
      await one.logged(1);
      const two = one.beside();
      await two.heard("worker.taking");
      await one.worker.drain({ drainMs: 0 });
      await hasBegun(one, 2);
      letGo(one);
      await two.heard("run.finished");
      assert.equal(begun(one), [`${id(0)}#1`, `${id(0)}#2`]);
    }));

  test("is fired again by the leader when its worker is silent, and is somebody else's from there on", () =>
    alone(async (one) => {
      task(one, SOON);
      const leader = await leading(one);
      try {
        await one.send({ ...fireOf("a"), target: { kind: "run", queue: "default", payload: [7] } });
        await one.logged(1);
        const two = one.beside();
        await two.heard("worker.taking");
        const comeBack = away(one);
        (await one.link()).lose();
        await hasBegun(one, 2);
        assert.equal(begun(one), [`${id(0)}#1`, `${id(0)}#2`]);
        comeBack();
        await one.heard("run.terminating");
        letGo(one);
        await two.heard("run.finished");
        const words = ["claimed", "kept", "lost", "claimed"];
        assert.equal((await story(one, 0, "finished")).slice(0, 4), words);
        assert.is(begun(one).length, 2);
      } finally {
        await leader();
      }
    }));

  test("is fired again by the leader when the broker has lost its next attempt", () =>
    alone(async (one) => {
      task(one, { retry: QUICKLY }, `${STEP}; [ "$CLOCKD_ATTEMPT" = 2 ]`);
      const leader = await leading(one);
      try {
        one.broker.forgetsAgain = true;
        await one.send({ ...fireOf("a"), target: { kind: "run", queue: "default", payload: [7] } });
        letGo(one);
        await one.heard("run.finished", 2);
        const [, words] = [await said(one, ["finished"], 2), await story(one, 0, "finished")];
        assert.equal(words.slice(0, 2), ["claimed", "finished retry"]);
        assert.equal(begun(one), [`${id(0)}#1`, `${id(0)}#2`]);
        assert.equal(one.broker.arrived, [`${id(0)}#1`, `${id(0)}#2`]);
      } finally {
        await leader();
      }
    }));

  test("is not fired again while its worker says that it is there", () =>
    alone(async (one) => {
      task(one, SOON);
      const leader = await leading(one);
      try {
        await one.send(fireOf("a"));
        await one.logged(1);
        // Much longer than a silence may last.
        await one.send(fireOf("a", 1));
        await one.logged(2);
        await new Promise((resolve) => setTimeout(resolve, QUICK.look * QUICK.silentLooks * 2.5));
        letGo(one);
        await one.heard("run.finished", 2);
        assert.equal(await story(one, 0, "finished"), ["claimed", "kept", "finished done"]);
      } finally {
        await leader();
      }
    }));

  test.run();
}

/** A clock that leads on the rig's ledger and has nothing else to do. Returns what ends it. */
async function leading({ place }: Rig): Promise<() => Promise<void>> {
  const { url, namespace } = place;
  const broker = openBroker(url, { namespace, name: "clock:1", now: Date.now, emit: () => {} });
  if ("code" in broker) throw new Error(broker.message);
  const stop = new AbortController();
  const led = Promise.withResolvers<void>();
  const config = configOf(
    `version: 1\nnamespace: ${namespace}\njobs: {other: {at: 2099-01-01T00:00:00Z, run: x}}\n`,
    Date.now(),
  );
  const clock = createClock({
    ...{ broker, config, name: "clock:1", time: systemTime(), random: Math.random },
    pace: QUICK,
    emit: (event) => {
      if (event.type === "clock.leading") led.resolve();
    },
  });
  const ran = clock.run(stop.signal);
  await led.promise;
  return async () => {
    stop.abort();
    await ran;
  };
}
