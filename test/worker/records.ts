import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Ground } from "../support/ground.ts";
import { fireOf, job, used } from "./rig.ts";
import { A, begun, begunAndCutOff, go, ran, WAITING } from "./waiting.ts";

/** What a worker tells the ledger. */
export function records(ground: Ground): void {
  const test = suite(`${ground.name}: what a worker tells the ledger`);

  test("the end of a run is in the ledger with its outcome, before its message is settled", () =>
    used(ground, { a: "exit 3" }, async (rig) => {
      await rig.send(fireOf("a"));
      await rig.logged(1);
      assert.equal(rig.broker.sent, [`append ${A}#1`, `finish ${A}#1`]);
      const [record] = await rig.ledger(1);
      const { at, startedAt, endedAt, pid, cpuTime, maxMemory, nonce, ...rest } = record!;
      assert.equal(rest as unknown, {
        ...{ kind: "run", event: "finished", job: "a", fire: A, attempt: 1, ok: false },
        ...{ outcome: "exited", exitCode: 3, signal: null, worker: "host:7", tail: "" },
        ...{ message: 1, end: "done" },
      });
      assert.ok(startedAt <= endedAt && endedAt <= at && Date.now() - at < 10_000);
    }));

  test("it says what is known of the process, and how its output ended", () =>
    used(ground, { a: "echo one; echo two >&2; exit 1" }, async (rig) => {
      await rig.send(fireOf("a"));
      await rig.heard("run.finished");
      const [record] = await rig.ledger(1);
      const finished = rig.events.find(({ type }) => type === "run.finished") as {
        runPid: number;
        tail: string;
      };
      const begun = rig.events.find(({ type }) => type === "run.started") as { runPid: number };
      assert.equal([record?.pid, finished.runPid], [begun.runPid, begun.runPid]);
      assert.is(record?.tail, finished.tail);
      assert.equal(record?.tail?.split("\n").sort(), ["", "one", "two"]);
      assert.ok(!record?.tailCut && (record?.cpuTime ?? 0) < 1000);
    }));

  test("of a failure it keeps more than of a success, and says when something is left out", () =>
    used(ground, { a: "seq 1 5000; exit 1", b: "seq 1 5000" }, async (rig) => {
      await rig.send(fireOf("a"));
      await rig.send(fireOf("b"));
      const records = await rig.ledger(2);
      const tailOf = (job: string) => records.find((record) => record.job === job)!;
      const [failed, good] = [tailOf("a"), tailOf("b")];
      for (const { tail, tailCut } of [failed, good]) {
        assert.ok(tailCut && tail!.endsWith("\n4999\n5000\n"));
        // It begins with a whole line.
        assert.match(tail!, /^4\d\d\d\n/);
      }
      const sizes = [failed, good].map(({ tail }) => JSON.stringify(tail).length - 2);
      assert.ok(sizes[0]! > 4000 && sizes[0]! <= 4096, `${sizes[0]}`);
      assert.ok(sizes[1]! > 500 && sizes[1]! <= 512, `${sizes[1]}`);
    }));

  test("a command that could not be started is recorded with the reason", () =>
    used(ground, { a: "true" }, async (rig) => {
      const lost = job("a", "");
      rig.jobs.set("a", { ...lost, task: { ...lost.task, cwd: "gone" } as never });
      await rig.send(fireOf("a"));
      const [record] = await rig.ledger(1);
      assert.is(record?.outcome, "not-started");
      assert.match(record?.reason ?? "", "cannot enter the folder");
    }));

  test("a run whose end the ledger does not take is settled by nobody, and its message comes again", () =>
    used(ground, { a: "true" }, async (rig) => {
      rig.broker.silentLedger = true;
      await rig.send(fireOf("a"));
      await rig.heard("run.finished");
      await rig.worker.drain({ drainMs: 60_000 });
      assert.equal(rig.broker.log, ["stop taking", "close"]);
      assert.equal(rig.told("run.not_recorded"), [`run.not_recorded ${A}#1`]);
      const [again] = await rig.left(1);
      assert.is(again?.messageId, A);
    }));

  test("a run that ends while the broker is away is recorded when it is back, and not run again", () =>
    used(ground, { a: WAITING }, async (rig) => {
      const comeBack = await begunAndCutOff(rig);
      go(rig);
      await rig.heard("run.finished");
      comeBack();
      const recorded = await rig.ledger(1);
      assert.equal(
        recorded.map(({ fire, end }) => [fire, end]),
        [[A, "done"]],
      );
      await rig.heard("run.copy_dropped");
      await rig.logged(1);
      assert.equal(ran(rig), [A]);
    }));

  test("a run that outlives its link is recorded over the next one", () =>
    used(ground, { a: WAITING }, async (rig) => {
      await rig.send(fireOf("a"));
      await begun(rig);
      (await rig.link()).lose();
      await rig.heard("run.copy_dropped");
      go(rig);
      const recorded = await rig.ledger(1);
      assert.equal(
        recorded.map(({ fire }) => fire),
        [A],
      );
    }));

  test("a run that is cut short by the worker's end is recorded as that, and given back", () =>
    used(ground, { a: WAITING }, async (rig) => {
      await rig.send(fireOf("a"));
      await begun(rig);
      await rig.worker.drain({ drainMs: 0 });
      assert.equal(rig.broker.sent, [`append ${A}#1`, `give back ${A}#1`]);
      const [record] = await rig.ledger(1);
      assert.is(record?.ok, false);
      assert.is(record?.reason, "its run was ended because this worker stops");
    }));

  test("what is buried never ran, and is not recorded", () =>
    used(ground, {}, async (rig) => {
      await rig.send(fireOf("nobody"));
      await rig.heard("message.buried");
      assert.equal(
        rig.broker.sent.filter((what) => what.startsWith("append")),
        [],
      );
      assert.equal(await rig.ledger(0), []);
    }));

  test.run();
}
