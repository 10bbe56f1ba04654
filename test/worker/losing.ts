import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Ground } from "../support/ground.ts";
import { until } from "../support/until.ts";
import { fireOf, used } from "./rig.ts";
import { A, begun, begunAndCutOff, begunAndWaiting, go, ran, WAITING } from "./waiting.ts";

const AWAY = { code: "BROKER_UNREACHABLE", message: "nobody there" } as const;

/** What a worker makes of a broker that goes away and comes back. */
export function losing(ground: Ground): void {
  const test = suite(`${ground.name}: a worker that loses its broker`);

  test("connects again when it is away, and says so", () =>
    used(ground, { a: "true" }, async (rig) => {
      rig.broker.openings.push(AWAY);
      (await rig.link()).lose();
      await rig.link(2);
      await rig.send(fireOf("a"));
      await rig.heard("run.finished");
      assert.equal(rig.told().slice(0, 6), [
        "broker.connected",
        "worker.taking",
        "broker.lost",
        "broker.unreachable",
        "broker.connected",
        "worker.taking",
      ]);
    }));

  test("goes on with a run, and settles it by the message that comes again", () =>
    used(ground, { a: WAITING }, async (rig) => {
      await rig.send(fireOf("a"));
      await begun(rig);
      (await rig.link()).lose();
      await rig.heard("run.copy_dropped");
      assert.equal(rig.told("run.copy_dropped"), [`run.copy_dropped ${A}#1`]);
      go(rig);
      await rig.logged(2);
      assert.equal(rig.broker.log, [`too late: finish ${A}#1`, `finish ${A}#1`]);
      assert.equal(ran(rig), [A]);
    }));

  test("does not run again what ended meanwhile", () =>
    used(ground, { a: WAITING }, async (rig) => {
      const comeBack = await begunAndCutOff(rig);
      go(rig);
      await rig.heard("run.finished");
      comeBack();
      await rig.logged(2);
      assert.equal(rig.broker.log, [`too late: finish ${A}#1`, `finish ${A}#1`]);
      assert.equal(rig.told("run.copy_dropped"), [`run.copy_dropped ${A}#1`]);
      assert.equal(ran(rig), [A]);
    }));

  test("does not run again what it had finished, though the broker did not hear of it", () =>
    used(ground, { a: WAITING }, async (rig) => {
      go(rig);
      rig.broker.deaf = true;
      await rig.send(fireOf("a"));
      await rig.logged(1);
      rig.broker.deaf = false;
      (await rig.link()).lose();
      await rig.logged(2);
      await rig.send(fireOf("a", 0, 2));
      await rig.logged(3);
      assert.equal(rig.broker.log, [`finish ${A}#1`, `finish ${A}#1`, `finish ${A}#2`]);
      assert.equal(ran(rig), [A, A]);
    }));

  test("runs what waited when its link was lost by the message that comes again, once", () =>
    used(
      ground,
      { a: WAITING },
      async (rig) => {
        await begunAndWaiting(rig);
        const link = await rig.link();
        link.lose();
        await rig.arrived(4);
        // Whatever still comes of a lost link is void.
        link.slip(fireOf("a", 2));
        go(rig);
        await rig.logged(3);
        const second = "a@2026-01-01T00:01:00Z";
        assert.equal(rig.broker.log, [
          `too late: finish ${A}#1`,
          `finish ${A}#1`,
          `finish ${second}#1`,
        ]);
        assert.equal(ran(rig), [A, second]);
      },
      { concurrency: 1, queues: ["one", "two"] },
    ));

  test("is done at once when it is stopped meanwhile", () =>
    used(ground, {}, async (rig) => {
      rig.broker.openings.push(...Array.from({ length: 100 }, () => AWAY));
      (await rig.link()).lose();
      await rig.heard("broker.unreachable", 2);
      await Promise.all([rig.worker.drain({ drainMs: 60_000 }), rig.ran]);
      assert.equal(rig.broker.log, []);
    }));

  test("starts nothing and leaves no link open when it is stopped while it connects", () =>
    used(ground, { a: WAITING }, async (rig) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      rig.broker.openings.push(promise);
      (await rig.link()).lose();
      await until(() => rig.broker.asked === 2, 5000, "it to connect again");
      await rig.send(fireOf("a"));
      await rig.worker.drain({ drainMs: 60_000 });
      resolve();
      await rig.ran;
      await until(() => rig.broker.log.includes("close"), 5000, "the late link to be closed");
      assert.equal(ran(rig), []);
      const [message] = await rig.left(1);
      assert.is(message?.messageId, A);
    }));

  test.run();
}
