import { spawnSync } from "node:child_process";
import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type BrokerProblem, isBrokerProblem } from "../../src/broker/broker.ts";
import { aFire } from "../support/fire.ts";
import { until } from "../support/until.ts";
import { usable } from "./conformance.ts";
import { createSqliteRig, SOON_MS, type SqliteRig, saying } from "./sqlite-rig.ts";

const test = suite<{ rig: SqliteRig }>("A file that is no clockd's, or damaged");

test.before.each((context) => {
  context.rig = createSqliteRig();
});
test.after.each(({ rig }) => rig.close());

test("what is no database is refused, and is left as it is", async ({ rig }) => {
  const text = "my diary, and nothing of yours\n".repeat(1000);
  writeFileSync(rig.path, text);
  for (const { code } of await refusals(rig)) assert.is(code, "BROKER_FILE_BROKEN");
  assert.is(readFileSync(rig.path, "utf8"), text);
});

test("the database of another program is refused, and is left as it is", async ({ rig }) => {
  rig.asOther((db) => db.exec("CREATE TABLE mine (a); INSERT INTO mine VALUES (1)"));
  const before = readFileSync(rig.path);
  for (const { code } of await refusals(rig)) assert.is(code, "BROKER_FILE_FOREIGN");
  assert.equal(readFileSync(rig.path), before);
});

test("the file of a newer clockd is refused with both versions", async ({ rig }) => {
  await filled(rig);
  rig.asOther((db) => db.exec("PRAGMA user_version = 2"));
  for (const { code, message } of await refusals(rig)) {
    assert.is(code, "BROKER_NEWER");
    assert.match(message, "version 2, this one knows 1");
  }
});

test("a file that lacks a table is refused by everybody who needs it", async ({ rig }) => {
  for (const table of ["snapshots", "ledger", "work", "links", "namespaces", "dead"]) {
    await filled(rig);
    rig.asOther((db) => db.exec(`DROP TABLE ${table}`));
    const codes = (await openAll(rig)).map((link) => (isBrokerProblem(link) ? link.code : "fine"));
    assert.ok(codes.includes("BROKER_FILE"), `${table}: ${codes}`);
    spawnSync("rm", [rig.path]);
  }
});

for (const [to, size] of [
  ["half", (whole: number) => whole / 2],
  ["a hundred bytes", () => 100],
  ["all but its last page", (whole: number) => whole - 4096],
] as const) {
  test(`a file that was cut to ${to} is said to be damaged`, async ({ rig }) => {
    await filled(rig);
    truncateSync(rig.path, size(statSync(rig.path).size));
    for (const { code, message } of await refusals(rig)) {
      assert.is(code, "BROKER_FILE_BROKEN");
      assert.match(message, "put it aside");
    }
  });
}

test("a file that was emptied while nobody ran is a new one", async ({ rig }) => {
  await filled(rig);
  truncateSync(rig.path, 0);
  const ledger = await rig.broker().openLedger();
  assert.is((ledger as unknown as BrokerProblem).code, "BROKER_NO_LEDGER");
  assert.is((await (await rig.clock()).fire(aFire())).kind, "confirmed");
});

test("a file that is overwritten in the middle while clockd runs ends the link and nothing else", async ({
  rig,
}) => {
  await filled(rig);
  const clock = rig.player(["clock", rig.path, "--every", "20"]);
  const worker = rig.player(["worker", rig.path]);
  await clock.says(saying({ kind: "confirmed" }), "a fire");
  await worker.says((said) => "finished" in said, "a run");
  const isBroken = saying({ code: "BROKER_FILE_BROKEN" });
  const know = () => [clock, worker].every(({ said }) => said.some(isBroken));
  const overwrite = () => {
    rig.asOther((db) => {
      db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      // Everything behind the first page, in place, as a wrong `dd` does it.
      const { size } = statSync(rig.path);
      const [to, count] = [`of=${rig.path}`, `count=${size / 4096 - 1}`];
      spawnSync("dd", ["if=/dev/urandom", to, "conv=notrunc", "bs=4096", "seek=1", count]);
      // Somebody's commit: what the others know by heart is out of date.
      db.exec("PRAGMA user_version = 1");
    });
    return know();
  };
  // What was written in between is in the log, and is still good.
  await until(overwrite, SOON_MS, "both to see that it is broken");
  for (const { pid } of [clock, worker]) assert.ok(isAlive(pid), "it has ended");
});

/** A file with some records, which nobody uses. */
async function filled(rig: SqliteRig): Promise<void> {
  const link = usable(await rig.broker().openClock([]));
  const payload = "x".repeat(500);
  const target = { kind: "run" as const, queue: "default", payload };
  const fires = Array.from({ length: 200 }, (_, n) => aFire({ slot: 1000 * n, target }));
  await Promise.all(fires.map((fire) => link.fire(fire)));
  await link.close(1000);
}

async function openAll(rig: SqliteRig) {
  const broker = rig.broker();
  const links = [
    await broker.openClock([]),
    await broker.openWorker({ queues: ["default"], prefetch: 1, onDelivery() {} }),
    await broker.openLedger(),
  ];
  for (const link of links) if (!isBrokerProblem(link)) await link.close(1000);
  return links;
}

async function refusals(rig: SqliteRig): Promise<BrokerProblem[]> {
  return (await openAll(rig)).map((link) => {
    if (!isBrokerProblem(link)) throw new Error("it was opened");
    return link;
  });
}

function isAlive(pid: number): boolean {
  return process.kill(pid, 0);
}

test.run();
