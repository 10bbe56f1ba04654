import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { until } from "../support/until.ts";
import { fireOf } from "./memory-broker.ts";
import { job, type Rig, rig } from "./rig.ts";

const test = suite("what a worker tells the ledger");

const A = "a@2026-01-01T00:00:00Z";
/** Goes on until the file `go` is there. */
const WAITING = "touch ran; while ! [ -e go ]; do sleep 0.02; done";

async function used(jobs: Record<string, string>, use: (rig: Rig) => Promise<void>) {
  const made = rig(jobs);
  try {
    await use(made);
  } finally {
    await made.end();
  }
}

function start({ folder }: Rig) {
  return until(() => existsSync(join(folder, "ran")), 5000, "the run");
}

function go({ folder }: Rig): void {
  writeFileSync(join(folder, "go"), "");
}

test("the end of a run is in the ledger with its outcome, before its message is settled", () =>
  used({ a: "exit 3" }, async (rig) => {
    (await rig.link()).deliver(fireOf("a"));
    await until(() => rig.broker.log.length > 0, 5000, "the settling");
    assert.equal(rig.broker.sent, [`append ${A}#1`, `finish ${A}#1`]);
    const [record] = rig.broker.records;
    const { at, startedAt, endedAt, ...rest } = record!;
    assert.equal(rest as unknown, {
      ...{ kind: "run", event: "finished", job: "a", fire: A, attempt: 1, ok: false },
      ...{ outcome: "exited", exitCode: 3, signal: null, worker: "host:7" },
    });
    assert.ok(startedAt <= endedAt && endedAt <= at && Date.now() - at < 10_000);
  }));

test("a command that could not be started is recorded with the reason", () =>
  used({ a: "true" }, async (rig) => {
    const lost = job("a", "");
    rig.jobs.set("a", { ...lost, task: { ...lost.task, cwd: "gone" } as never });
    (await rig.link()).deliver(fireOf("a"));
    await rig.heard("run.finished");
    const [record] = rig.broker.records;
    assert.is(record?.outcome, "not-started");
    assert.match(record?.reason ?? "", "cannot enter the folder");
  }));

test("a ledger that does not answer holds up neither the message nor the end", () =>
  used({ a: "true" }, async (rig) => {
    rig.broker.silentLedger = true;
    (await rig.link()).deliver(fireOf("a"));
    await until(() => rig.broker.log.length > 0, 5000, "the settling");
    await rig.worker.drain({ drainMs: 60_000 });
    assert.equal(rig.broker.log, [`finish ${A}#1`, "stop taking", "close"]);
  }));

test("a run that ends while the broker is away is not recorded, and that is all", () =>
  used({ a: WAITING }, async (rig) => {
    const link = await rig.link();
    link.deliver(fireOf("a"));
    await start(rig);
    for (let n = 0; n < 50; n++) {
      rig.broker.openings.push({ code: "BROKER_UNREACHABLE", message: "nobody there" });
    }
    link.lose();
    go(rig);
    await rig.heard("run.not_recorded");
    assert.equal(rig.told("run.not_recorded"), [`run.not_recorded ${A}#1`]);
    assert.equal(rig.broker.records, []);
    assert.is(rig.told("run.finished").length, 1);
  }));

test("a run that outlives its link is recorded over the next one", () =>
  used({ a: WAITING }, async (rig) => {
    const link = await rig.link();
    link.deliver(fireOf("a"));
    await start(rig);
    link.lose();
    await rig.heard("worker.taking", 2);
    go(rig);
    await rig.heard("run.finished");
    assert.equal(
      rig.broker.records.map(({ fire }) => fire),
      [A],
    );
  }));

test("a run that is cut short by the worker's end is recorded as that, and given back", () =>
  used({ a: WAITING }, async (rig) => {
    (await rig.link()).deliver(fireOf("a"));
    await start(rig);
    await rig.worker.drain({ drainMs: 0 });
    assert.equal(rig.broker.sent, [`append ${A}#1`, `give back ${A}#1`]);
    const [record] = rig.broker.records;
    assert.is(record?.ok, false);
    assert.is(record?.reason, "its run was ended because this worker stops");
  }));

test("what is buried never ran, and is not recorded", () =>
  used({}, async (rig) => {
    (await rig.link()).deliver(fireOf("nobody"));
    await rig.heard("message.buried");
    assert.equal(rig.broker.records, []);
  }));

test.run();
