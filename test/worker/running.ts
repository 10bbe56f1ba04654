import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Event } from "../../src/observe/events.ts";
import type { Ground } from "../support/ground.ts";
import { fireOf, job, type Rig, used } from "./rig.ts";
import { A, begun, go, pidOf, ran, WAITING } from "./waiting.ts";

/** What becomes of the messages that a worker is delivered. */
export function running(ground: Ground): void {
  const test = suite(`${ground.name}: a worker`);

  test("runs what it is delivered and finishes the message", () =>
    used(
      ground,
      { a: "echo hello; exit 3" },
      async (rig) => {
        await rig.send(fireOf("a"), "reports");
        await rig.logged(1);
        assert.equal(rig.broker.log, [`finish ${A}#1`]);
        const named = { job: "a", fire: A, attempt: 1 };
        const [, taking, started, output, finished] = rig.events;
        assert.equal(taking, { type: "worker.taking", queues: ["reports"], concurrency: 2 });
        const runPid = pidOf(rig);
        assert.equal(started, { type: "run.started", ...named, runPid, queue: "reports" });
        const line = { stream: "stdout", line: "hello", truncated: false };
        assert.equal(output, { type: "run.output", ...named, ...line });
        const told = finished as Event & { type: "run.finished" };
        const { duration, cpuTime, maxMemory, ...rest } = told;
        const how = { outcome: "exited", ok: false, exitCode: 3, signal: null };
        const end = { ...how, runPid, tail: "hello\n" };
        assert.equal(rest as unknown, { type: "run.finished", ...named, ...end });
        assert.ok(duration >= 0);
        await rig.worker.drain({ drainMs: 0 });
        assert.equal(await rig.left(0, "reports"), []);
      },
      { queues: ["reports"] },
    ));

  test("finishes the message of a command that cannot be started, and says why", () =>
    used(ground, { a: "true" }, async (rig) => {
      const lost = job("a", "");
      rig.jobs.set("a", { ...lost, task: { ...lost.task, cwd: "gone" } as never });
      await rig.send(fireOf("a"));
      await rig.logged(1);
      const finished = rig.events.at(-1);
      assert.ok(finished?.type === "run.finished" && finished.outcome === "not-started");
      assert.match(finished.reason ?? "", /cannot enter the folder .*gone: ENOENT/);
      assert.equal(rig.broker.log, [`finish ${A}#1`]);
      assert.equal(rig.told("run.started"), []);
    }));

  test("buries what it cannot understand or has no command for", () =>
    used(ground, {}, async (rig) => {
      rig.jobs.set("ticks", {
        ...job("ticks", ""),
        task: { kind: "publish", exchange: "x", routingKey: "y", headers: {}, body: {} },
      });
      await rig.send({ body: '{"version": 9, "job": "odd"}' });
      await rig.send(fireOf("nobody"));
      await rig.send(fireOf("ticks"));
      await rig.heard("message.buried", 3);
      const reasons = [
        "the body's version is 9, this clockd reads 1",
        "this worker's file has no job named nobody",
        "ticks only publishes: it has no command to run",
      ];
      const names = ["odd", "nobody@2026-01-01T00:00:00Z#1", "ticks@2026-01-01T00:00:00Z#1"];
      assert.equal(
        rig.broker.log,
        reasons.map((reason, n) => `bury (${reason}) ${names[n]}`),
      );
      const [problem, unknown] = rig.events.filter((event) => event.type === "message.buried");
      const [reason] = reasons;
      assert.equal(problem, { type: "message.buried", queue: "default", reason, job: "odd" });
      assert.equal([unknown?.job, unknown?.fire], ["nobody", "nobody@2026-01-01T00:00:00Z"]);
      const dead = await rig.dead();
      assert.equal(
        dead.map(({ headers }) => headers["x-clockd-reason"]),
        reasons,
      );
      assert.equal(await rig.left(0), []);
    }));

  test("runs no more than its concurrency at once, the others in the order of arrival", () =>
    used(
      ground,
      { a: WAITING },
      async (rig) => {
        assert.is((await rig.link()).options.prefetch, 2);
        for (const number of [0, 1, 2, 3, 4]) {
          await rig.send(fireOf("a", number), number % 2 ? "one" : "two");
        }
        // Two of each queue are held.
        await rig.arrived(4);
        await begun(rig, 2);
        assert.is(rig.told("run.started").length, 2);
        go(rig);
        await rig.heard("run.finished", 5);
        assert.equal(
          rig.told("run.started"),
          rig.broker.arrived.map((name) => `run.started ${name}`),
        );
        assert.is(new Set(ran(rig)).size, 5);
      },
      { queues: ["one", "two"] },
    ));

  test("looks a job up when its run starts, so that an edit counts for what waits", () =>
    used(
      ground,
      { a: WAITING, b: "echo old" },
      async (rig) => {
        await rig.send(fireOf("a"), "one");
        await begun(rig);
        await rig.send(fireOf("b"), "two");
        await rig.arrived(2);
        rig.jobs.set("b", job("b", "echo new"));
        go(rig);
        await rig.heard("run.finished", 2);
        assert.equal(linesOf(rig), ["new"]);
      },
      { concurrency: 1, queues: ["one", "two"] },
    ));

  test("does not run again what it had finished, whoever sends it again", () =>
    used(ground, { a: WAITING }, async (rig) => {
      go(rig);
      await rig.send(fireOf("a"));
      await rig.heard("run.finished");
      await rig.send({ ...fireOf("a"), maybeDuplicate: true });
      await rig.heard("run.copy_dropped");
      await rig.send(fireOf("a"));
      await rig.heard("run.copy_dropped", 2);
      await rig.logged(3);
      assert.equal(rig.broker.log, Array(3).fill(`finish ${A}#1`));
      assert.equal(ran(rig), [A]);
    }));

  test("runs two copies of an attempt once, and finishes both messages", () =>
    used(ground, { a: WAITING }, async (rig) => {
      await rig.send(fireOf("a"));
      await rig.send(fireOf("a"));
      await rig.heard("run.copy_dropped");
      go(rig);
      await rig.logged(2);
      assert.equal(rig.broker.log, [`finish ${A}#1`, `finish ${A}#1`]);
      assert.equal(ran(rig), [A]);
    }));

  test.run();
}

function linesOf({ events }: Rig): string[] {
  return events.flatMap((event) => (event.type === "run.output" ? event.line : []));
}
