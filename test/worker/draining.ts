import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Ground } from "../support/ground.ts";
import { fireOf, job, type Rig, used } from "./rig.ts";
import { isAlive } from "./started.ts";
import { A, begun, begunAndWaiting, go, pidOf, ran, WAITING } from "./waiting.ts";

/** How a worker ends. */
export function draining(ground: Ground): void {
  const test = suite(`${ground.name}: a worker that is stopped`);

  test("gives back what has not started, lets runs end, and closes last", () =>
    used(
      ground,
      { a: WAITING },
      async (rig) => {
        await begunAndWaiting(rig);
        const drained = rig.worker.drain({ drainMs: 60_000 });
        await rig.heard("run.given_back");
        // Somebody else can have it while the run goes on.
        const [waited] = await rig.left(1, "two");
        assert.is(waited?.messageId, "a@2026-01-01T00:01:00Z");
        (await rig.link()).slip(fireOf("a", 2));
        go(rig);
        await Promise.all([drained, rig.ran]);
        assert.equal(rig.broker.log, [
          "stop taking",
          "give back a@2026-01-01T00:01:00Z#1",
          "give back a@2026-01-01T00:02:00Z#1",
          `finish ${A}#1`,
          "close",
        ]);
        assert.equal(ran(rig), [A]);
        assert.equal([...(await rig.left(0, "one")), ...(await rig.left(0, "two"))], []);
      },
      { concurrency: 1, queues: ["one", "two"] },
    ));

  test("ends what is still going after the limit, and gives it back", () =>
    used(ground, { a: WAITING }, async (rig) => {
      await rig.send(fireOf("a"));
      await begun(rig);
      await rig.worker.drain({ drainMs: 50 });
      assert.equal(rig.broker.log, ["stop taking", `give back ${A}#1`, "close"]);
      assert.equal(rig.told().slice(-3), [
        `run.terminating ${A}#1`,
        `run.finished ${A}#1`,
        `run.given_back ${A}#1`,
      ]);
      assert.not(isAlive(pidOf(rig)));
      const [again] = await rig.left(1);
      assert.equal([again?.messageId, again?.redelivered], [A, true]);
    }));

  test("finishes a run that had timed out by itself", () =>
    used(ground, {}, async (rig) => {
      const stubborn = "trap '' TERM; echo x >> ran; while :; do sleep 0.02; done";
      rig.jobs.set("a", job("a", stubborn, 200));
      await rig.send(fireOf("a"));
      await rig.heard("run.terminating");
      const drained = rig.worker.drain({ drainMs: 0 });
      rig.worker.terminate();
      rig.worker.terminate();
      await drained;
      assert.equal(rig.broker.log, ["stop taking", `finish ${A}#1`, "close"]);
      assert.equal(await rig.left(0), []);
    }));

  test("hurries when it is told to drain again, and KILLs when told once more", () =>
    used(ground, { a: `trap '' TERM; ${WAITING}` }, async (rig) => {
      await rig.send(fireOf("a"));
      await begun(rig);
      const first = rig.worker.drain({ drainMs: 600_000 });
      const second = rig.worker.drain({ drainMs: 600_000 });
      await rig.heard("run.terminating");
      rig.worker.terminate();
      await Promise.all([first, second]);
      assert.equal(signalsOf(rig), ["SIGTERM", "SIGKILL"]);
      assert.equal(rig.broker.log, ["stop taking", `give back ${A}#1`, "close"]);
    }));

  test("sends TERM only when it is hurried before it is drained", () =>
    used(ground, {}, async (rig) => {
      const tidy = "trap 'echo tidy; exit 1' TERM; echo x >> ran; while :; do sleep 0.02; done";
      rig.jobs.set("a", job("a", tidy));
      await rig.send(fireOf("a"));
      await begun(rig);
      rig.worker.terminate();
      await rig.worker.drain({ drainMs: 60_000 });
      assert.equal(signalsOf(rig), ["SIGTERM"]);
      assert.equal(rig.broker.log, ["stop taking", `give back ${A}#1`, "close"]);
    }));

  test("takes no more after its signal, and leaves what is going to the drain", () =>
    used(ground, { a: WAITING }, async (rig) => {
      await rig.send(fireOf("a"));
      await begun(rig);
      rig.stop.abort();
      await rig.logged(1);
      assert.equal(rig.broker.log, ["stop taking"]);
      await rig.send(fireOf("a", 1));
      assert.ok(isAlive(pidOf(rig)));
      go(rig);
      await rig.worker.drain({ drainMs: 60_000 });
      assert.equal(rig.broker.log, ["stop taking", `finish ${A}#1`, "close"]);
      const [untouched] = await rig.left(1);
      assert.is(untouched?.messageId, "a@2026-01-01T00:01:00Z");
    }));

  test.run();
}

function signalsOf({ events }: Rig): string[] {
  return events.flatMap((event) => (event.type === "run.terminating" ? event.signal : []));
}
