import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { until } from "../support/until.ts";
import { fireOf } from "./memory-broker.ts";
import { job, type Rig, rig } from "./rig.ts";
import { isAlive } from "./started.ts";

const test = suite("a worker");

/** Writes a line, then goes on until the file `go` is there: a test decides how long it takes. */
const WAITING = 'echo "$CLOCKD_FIRE" >> ran; while ! [ -e go ]; do sleep 0.02; done';

const A = "a@2026-01-01T00:00:00Z";

function go({ folder }: Rig): void {
  writeFileSync(join(folder, "go"), "");
}

/** The fires that were really run, in order. */
function ran({ folder }: Rig): string[] {
  const file = join(folder, "ran");
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

function pidOf({ events }: Rig): number {
  const started = events.find((event) => event.type === "run.started");
  return started?.type === "run.started" ? started.runPid : 0;
}

async function used(jobs: Record<string, string>, use: (rig: Rig) => Promise<void>, options = {}) {
  const made = rig(jobs, options);
  try {
    await use(made);
  } finally {
    await made.end();
  }
}

test("runs what it is delivered and finishes the message", () =>
  used({ a: "echo hello; exit 3" }, async (rig) => {
    await rig.heard("worker.taking");
    (await rig.link()).deliver(fireOf("a"), { queue: "reports" });
    await until(() => rig.broker.log.length > 0, 5000, "the settling");
    assert.equal(rig.broker.log, [`finish ${A}#1`]);
    const named = { job: "a", fire: A, attempt: 1 };
    const [, taking, started, output, finished] = rig.events;
    assert.equal(taking, { type: "worker.taking", queues: ["default"], concurrency: 2 });
    const runPid = pidOf(rig);
    assert.equal(started, { type: "run.started", ...named, runPid, queue: "reports" });
    const line = { stream: "stdout", line: "hello", truncated: false };
    assert.equal(output, { type: "run.output", ...named, ...line });
    const { duration, ...rest } = finished as { duration: number };
    const end = { outcome: "exited", ok: false, exitCode: 3, signal: null };
    assert.equal(rest as unknown, { type: "run.finished", ...named, ...end });
    assert.ok(duration >= 0);
  }));

test("finishes the message of a command that cannot be started, and says why", () =>
  used({ a: "true" }, async (rig) => {
    const lost = job("a", "");
    rig.jobs.set("a", { ...lost, task: { ...lost.task, cwd: "gone" } as never });
    (await rig.link()).deliver(fireOf("a"));
    await rig.heard("run.finished");
    const finished = rig.events.at(-1);
    assert.ok(finished?.type === "run.finished" && finished.outcome === "not-started");
    assert.match(finished.reason ?? "", /cannot enter the folder .*gone: ENOENT/);
    assert.equal(rig.broker.log, [`finish ${A}#1`]);
    assert.equal(rig.told("run.started"), []);
  }));

test("buries what it cannot understand or has no command for", () =>
  used({}, async (rig) => {
    rig.jobs.set("ticks", {
      ...job("ticks", ""),
      task: { kind: "publish", exchange: "x", routingKey: "y", headers: {}, body: {} },
    });
    const link = await rig.link();
    link.deliver({ problem: "the body is not JSON", job: "odd" });
    link.deliver(fireOf("nobody"));
    link.deliver(fireOf("ticks"));
    await rig.heard("message.buried", 3);
    assert.equal(rig.broker.log, [
      "bury (the body is not JSON) odd",
      "bury (this worker's file has no job named nobody) nobody@2026-01-01T00:00:00Z#1",
      "bury (ticks only publishes: it has no command to run) ticks@2026-01-01T00:00:00Z#1",
    ]);
    const buried = rig.events.filter((event) => event.type === "message.buried");
    const [problem, unknown] = buried;
    const reason = "the body is not JSON";
    assert.equal(problem, { type: "message.buried", queue: "default", reason, job: "odd" });
    assert.equal([unknown?.job, unknown?.fire], ["nobody", "nobody@2026-01-01T00:00:00Z"]);
  }));

test("runs no more than its concurrency at once, the others in the order of arrival", () =>
  used({ a: WAITING }, async (rig) => {
    const link = await rig.link();
    assert.is(link.options.prefetch, 2);
    for (let number = 0; number < 5; number++) {
      link.deliver(fireOf("a", number), { queue: number % 2 ? "one" : "two" });
    }
    await until(() => ran(rig).length === 2, 5000, "two runs");
    assert.is(rig.told("run.started").length, 2);
    go(rig);
    await rig.heard("run.finished", 5);
    assert.equal(
      rig.told("run.started"),
      [0, 1, 2, 3, 4].map((n) => `run.started a@2026-01-01T00:0${n}:00Z#1`),
    );
  }));

test("looks a job up when its run starts, so that an edit counts for what waits", () =>
  used(
    { a: WAITING, b: "echo old" },
    async (rig) => {
      const link = await rig.link();
      link.deliver(fireOf("a"));
      link.deliver(fireOf("b"));
      rig.jobs.set("b", job("b", "echo new"));
      go(rig);
      await rig.heard("run.finished", 2);
      const lines = rig.events.flatMap((event) => (event.type === "run.output" ? event.line : []));
      assert.equal(lines, ["new"]);
    },
    { concurrency: 1 },
  ));

test("connects again when the broker is away, and says so", () =>
  used({ a: "true" }, async (rig) => {
    const link = await rig.link();
    await rig.heard("worker.taking");
    rig.broker.openings.push({ code: "BROKER_UNREACHABLE", message: "nobody there" });
    link.lose();
    (await rig.link(2)).deliver(fireOf("a"));
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

test("goes on with a run whose link is lost, and settles it by the message that comes again", () =>
  used({ a: WAITING }, async (rig) => {
    const link = await rig.link();
    link.deliver(fireOf("a"));
    await until(() => ran(rig).length === 1, 5000, "the run");
    link.lose();
    (await rig.link(2)).deliver(fireOf("a"), { redelivered: true });
    assert.equal(rig.told("run.copy_dropped"), [`run.copy_dropped ${A}#1`]);
    go(rig);
    await rig.heard("run.finished");
    assert.equal(rig.broker.log, [`too late: finish ${A}#1`, `finish ${A}#1`]);
    assert.equal(ran(rig), [A]);
  }));

test("does not run again what ended while the broker was away", () =>
  used({ a: WAITING }, async (rig) => {
    const link = await rig.link();
    link.deliver(fireOf("a"));
    await until(() => ran(rig).length === 1, 5000, "the run");
    link.lose();
    go(rig);
    await rig.heard("run.finished");
    (await rig.link(2)).deliver(fireOf("a"), { redelivered: true });
    assert.equal(rig.broker.log, [`too late: finish ${A}#1`, `finish ${A}#1`]);
    assert.equal(rig.told("run.copy_dropped"), [`run.copy_dropped ${A}#1`]);
    assert.equal(ran(rig), [A]);
  }));

test("does not run again what it had finished, though the broker did not hear of it", () =>
  used({ a: WAITING }, async (rig) => {
    go(rig);
    const link = await rig.link();
    link.deliver(fireOf("a"));
    await rig.heard("run.finished");
    link.lose();
    const again = await rig.link(2);
    again.deliver(fireOf("a"), { redelivered: true });
    again.deliver(fireOf("a", 0, 2));
    await rig.heard("run.finished", 2);
    assert.equal(rig.broker.log, [`finish ${A}#1`, `finish ${A}#1`, `finish ${A}#2`]);
    assert.equal(ran(rig), [A, A]);
  }));

test("does not run again what it had finished, when a clock sends a copy that is flagged", () =>
  used({ a: WAITING }, async (rig) => {
    go(rig);
    const link = await rig.link();
    link.deliver(fireOf("a"));
    await rig.heard("run.finished");
    link.deliver({ ...fireOf("a"), maybeDuplicate: true });
    // One that is not flagged is somebody's wish.
    link.deliver(fireOf("a"));
    await rig.heard("run.finished", 2);
    assert.equal(rig.told("run.copy_dropped"), [`run.copy_dropped ${A}#1`]);
    assert.equal(ran(rig), [A, A]);
  }));

test("does not start what waited when its link was lost", () =>
  used(
    { a: WAITING },
    async (rig) => {
      const link = await rig.link();
      link.deliver(fireOf("a", 0));
      link.deliver(fireOf("a", 1));
      await until(() => ran(rig).length === 1, 5000, "the run");
      link.lose();
      const second = await rig.link(2);
      link.deliver(fireOf("a", 2));
      go(rig);
      await rig.heard("run.finished");
      second.deliver(fireOf("a", 3));
      await rig.heard("run.finished", 2);
      assert.equal(ran(rig), [A, "a@2026-01-01T00:03:00Z"]);
    },
    { concurrency: 1 },
  ));

test("runs two copies of an attempt once, and finishes both messages", () =>
  used({ a: WAITING }, async (rig) => {
    const link = await rig.link();
    link.deliver(fireOf("a"));
    link.deliver(fireOf("a"));
    go(rig);
    await rig.heard("run.finished");
    assert.equal(rig.broker.log, [`finish ${A}#1`, `finish ${A}#1`]);
    assert.equal(ran(rig), [A]);
  }));

test("drained, gives back what has not started, lets runs end, and closes last", () =>
  used(
    { a: WAITING },
    async (rig) => {
      await rig.heard("worker.taking");
      const link = await rig.link();
      link.deliver(fireOf("a", 0));
      link.deliver(fireOf("a", 1));
      await until(() => ran(rig).length === 1, 5000, "the run");
      const drained = rig.worker.drain({ drainMs: 60_000 });
      await rig.heard("run.given_back");
      link.deliver(fireOf("a", 2));
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
    },
    { concurrency: 1 },
  ));

test("drained, ends what is still going after the limit, and gives it back", () =>
  used({ a: WAITING }, async (rig) => {
    (await rig.link()).deliver(fireOf("a"));
    await until(() => ran(rig).length === 1, 5000, "the run");
    await rig.worker.drain({ drainMs: 50 });
    assert.equal(rig.broker.log, ["stop taking", `give back ${A}#1`, "close"]);
    assert.equal(rig.told().slice(-3), [
      `run.terminating ${A}#1`,
      `run.finished ${A}#1`,
      `run.given_back ${A}#1`,
    ]);
    assert.not(isAlive(pidOf(rig)));
  }));

test("drained, finishes a run that had timed out by itself", () =>
  used({}, async (rig) => {
    const stubborn = "trap '' TERM; echo x >> ran; while :; do sleep 0.02; done";
    rig.jobs.set("a", job("a", stubborn, 200));
    (await rig.link()).deliver(fireOf("a"));
    await rig.heard("run.terminating");
    const drained = rig.worker.drain({ drainMs: 0 });
    rig.worker.terminate();
    rig.worker.terminate();
    await drained;
    assert.equal(rig.broker.log, ["stop taking", `finish ${A}#1`, "close"]);
  }));

test("hurries when it is told to drain again, and KILLs when told once more", () =>
  used({ a: `trap '' TERM; ${WAITING}` }, async (rig) => {
    (await rig.link()).deliver(fireOf("a"));
    await until(() => ran(rig).length === 1, 5000, "the run");
    const first = rig.worker.drain({ drainMs: 600_000 });
    const second = rig.worker.drain({ drainMs: 600_000 });
    await rig.heard("run.terminating");
    rig.worker.terminate();
    await Promise.all([first, second]);
    const signals = rig.events.flatMap((e) => (e.type === "run.terminating" ? e.signal : []));
    assert.equal(signals, ["SIGTERM", "SIGKILL"]);
    assert.equal(rig.broker.log, ["stop taking", `give back ${A}#1`, "close"]);
  }));

test("hurried before it is drained, sends TERM only", () =>
  used({}, async (rig) => {
    const tidy = "trap 'echo tidy; exit 1' TERM; echo x >> ran; while :; do sleep 0.02; done";
    rig.jobs.set("a", job("a", tidy));
    (await rig.link()).deliver(fireOf("a"));
    await until(() => ran(rig).length === 1, 5000, "the run");
    rig.worker.terminate();
    await rig.worker.drain({ drainMs: 60_000 });
    const signals = rig.events.flatMap((e) => (e.type === "run.terminating" ? e.signal : []));
    assert.equal(signals, ["SIGTERM"]);
    assert.equal(rig.broker.log, ["stop taking", `give back ${A}#1`, "close"]);
  }));

test("stopped while the broker is away, is done at once", () =>
  used({}, async (rig) => {
    await rig.heard("worker.taking");
    for (let i = 0; i < 100; i++) {
      rig.broker.openings.push({ code: "BROKER_UNREACHABLE", message: "nobody there" });
    }
    (await rig.link()).lose();
    await rig.heard("broker.unreachable", 2);
    await Promise.all([rig.worker.drain({ drainMs: 60_000 }), rig.ran]);
    assert.equal(rig.broker.log, []);
  }));

test("stopped while it connects, starts nothing and leaves no link open", () =>
  used({ a: WAITING }, async (rig) => {
    await rig.heard("worker.taking");
    const { promise, resolve } = Promise.withResolvers<void>();
    rig.broker.openings.push(promise);
    (await rig.link()).lose();
    const late = await rig.link(2);
    await rig.worker.drain({ drainMs: 60_000 });
    late.deliver(fireOf("a"));
    resolve();
    await rig.ran;
    await until(() => rig.broker.log.includes("close"), 5000, "the late link to be closed");
    assert.equal(rig.broker.log, [`give back ${A}#1`, "close"]);
    assert.equal(ran(rig), []);
  }));

test("stopped by its signal, takes no more and leaves what is going to the drain", () =>
  used({ a: WAITING }, async (rig) => {
    (await rig.link()).deliver(fireOf("a"));
    await until(() => ran(rig).length === 1, 5000, "the run");
    rig.stop.abort();
    await rig.ran;
    assert.equal(rig.broker.log, ["stop taking"]);
    assert.ok(isAlive(pidOf(rig)));
    go(rig);
    await rig.worker.drain({ drainMs: 60_000 });
    assert.equal(rig.broker.log, ["stop taking", `finish ${A}#1`, "close"]);
  }));

test.run();
