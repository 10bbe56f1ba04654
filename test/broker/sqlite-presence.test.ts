import { DatabaseSync } from "node:sqlite";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isBrokerProblem, type LedgerEntry, type WorkerFire } from "../../src/broker/broker.ts";
import { LOOK_MS, watchPresence } from "../../src/broker/sqlite-presence.ts";
import { aFire } from "../support/fire.ts";
import { until } from "../support/until.ts";
import { arrived, usable } from "./conformance.ts";
import { createSqliteRig, SOON_MS, type SqliteRig, saying } from "./sqlite-rig.ts";

const test = suite<{ rig: SqliteRig }>("Who is there, and who is not");

test.before.each((context) => {
  context.rig = createSqliteRig();
});
test.after.each(({ rig }) => rig.close());

const COLUMNS = "ns, role, boot, space, pid, started, patience";

test("what a killed worker held goes to another within a second, marked", async ({ rig }) => {
  const clock = await rig.clock();
  await Promise.all([0, 1, 2].map((n) => clock.fire(aFire({ slot: n * 1000 }))));
  const victim = rig.player(["worker", rig.path, "--hold", "60000"]);
  await until(() => victim.said.filter((said) => "took" in said).length === 3, SOON_MS, "three");
  const { deliveries } = await rig.worker();
  const began = performance.now();
  victim.signal("SIGKILL");
  for (const { redelivered } of await arrived(deliveries, 3)) assert.is(redelivered, true);
  const took = performance.now() - began;
  assert.ok(took < 3000, `${took} ms`);
});

test("what a frozen worker held goes to another after its patience, and its word counts no more", async ({
  rig,
}) => {
  const clock = await rig.clock();
  await clock.fire(aFire());
  const victim = rig.player(["worker", rig.path, "--hold", "700"]);
  await victim.says((said) => "took" in said, "the delivery");
  freeze(rig, victim, "worker");
  const { deliveries } = await rig.worker();
  const [again] = await arrived(deliveries, 1);
  assert.is(again!.redelivered, true);
  const from = victim.said.length;
  victim.signal("SIGCONT");
  await victim.says(saying({ code: "BROKER_GIVEN_UP" }), "that it was given up", from);
  await victim.says((said) => "finished" in said, "that it ends its work", from);
  await victim.says(saying({ event: "broker.connected" }), "a new link", from);
  const held = "SELECT count(*) AS n FROM work WHERE owner IS NOT NULL";
  assert.is(
    rig.asOther((db) => db.prepare(held).get()?.n),
    1,
  );
  assert.ok(again!.finish());
  await until(() => rig.asOther((db) => db.prepare(held).get()?.n) === 0, SOON_MS, "its end");
});

test("a leader that was frozen and followed can write nothing more", async ({ rig }) => {
  const old = rig.player(["clock", rig.path, "--job", "old", "--every", "20"]);
  await old.says(saying({ kind: "confirmed" }), "a fire");
  const next = await rig.clock();
  freeze(rig, old, "clock");
  await next.elected;
  await next.fire(aFire({ job: "new" }));
  const from = old.said.length;
  old.signal("SIGCONT");
  await old.says(saying({ code: "BROKER_GIVEN_UP" }), "that it was given up", from);
  await old.says(saying({ event: "broker.connected" }), "a new link", from);
  await next.fire(aFire({ job: "new" }));
  const jobs = rig.asOther(jobsInLedger);
  assert.equal(jobs.slice(jobs.indexOf("new")), ["new", "new"]);
  const confirmed = old.said.filter(saying({ kind: "confirmed" }));
  assert.is(jobs.filter((job) => job === "old").length, confirmed.length);
});

test("a process number that was used again keeps nothing and nobody", async ({ rig }) => {
  const worker = await rig.worker();
  rig.asOther((db) => {
    db.exec(
      `INSERT INTO links (${COLUMNS}) SELECT ns, role, boot, space, pid, '1', 600000 FROM links`,
    );
    db.exec("UPDATE namespaces SET leader = (SELECT max(id) FROM links)");
    db.exec(
      "INSERT INTO work (ns, queue, owner, body) SELECT 1, 'default', max(id), x'00' FROM links",
    );
  });
  await arrived(worker.deliveries, 1);
  await (await rig.clock()).elected;
});

test("of two links of one process, one is lost without a word and the other goes on", async ({
  rig,
}) => {
  const [one, two] = [await rig.worker(), await rig.worker()];
  const clock = await rig.clock();
  await clock.fire(aFire());
  const taker = await until(
    () => [one, two].find(({ deliveries }) => deliveries.length === 1),
    SOON_MS,
    "the delivery",
  );
  const other = taker === one ? two : one;
  // A file that is locked takes no good-bye: it is said when the lock goes.
  const locked = rig.asOther((db) => {
    db.exec("BEGIN IMMEDIATE");
    const closing = taker.link.close(0);
    return closing.then(() => taker.deliveries[0]!.finish());
  });
  assert.is(await locked, false);
  const [again] = await arrived(other.deliveries, 1);
  assert.is(again!.redelivered, true);
  assert.is(other.link.isLost, false);
});

test("while nobody can write, silence is no sign of death", async ({ rig }) => {
  const clock = await rig.clock();
  rig.asOther((db) => db.exec(`INSERT INTO links (${COLUMNS}) SELECT ${COLUMNS} FROM links`));
  await clock.close(1000);
  rig.asOther((db) => db.exec("UPDATE links SET patience = 300 WHERE id = 2"));
  const db = new DatabaseSync(rig.path);
  const presence = watchPresence(db, 99);
  const isDead = (canWrite: boolean) => presence.look(canWrite).dead.some(({ id }) => id === 2);
  for (let look = 0; look < 4; look++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    assert.not.ok(isDead(false));
  }
  const began = performance.now();
  await until(() => isDead(true), SOON_MS, "its death");
  assert.ok(performance.now() - began > 250, "too soon");
  db.close();
});

test("a wall clock that is an hour off, back and forth, harms nothing", async ({ rig }) => {
  const HOUR = 3_600_000;
  const start = Date.UTC(2026, 11, 1);
  let now = start;
  const link = usable(await rig.broker(rig.path, () => now).openClock([]));
  const times = [start, start + HOUR, start + 1000, start - HOUR, start + 2000, start + HOUR + 1];
  for (const [index, time] of times.entries()) {
    now = time;
    assert.is((await link.fire(aFire({ job: `job-${index}` }))).kind, "confirmed");
  }
  const whole = await read(rig, "oldest");
  assert.equal(
    whole,
    [0, 1, 2, 3, 4, 5].map((index) => `job-${index}`),
  );
  for (const [since, first] of [
    [start - 1, 0],
    [start + 1, 1],
    [start + HOUR, 1],
    [start + HOUR + 1, 5],
  ] as const) {
    // From the first record on that may be so young, and every later one.
    assert.equal(await read(rig, { since }), whole.slice(first), `since ${since - start}`);
  }
  const { deliveries } = await rig.worker();
  const jobs = (await arrived(deliveries, 6)).map(({ content }) => (content as WorkerFire).job);
  assert.equal(jobs, whole);
  await link.close(1000);
});

/** Stops a process between two writes: in the middle of one it would keep the file locked. */
function freeze(rig: SqliteRig, player: ReturnType<SqliteRig["player"]>, role: string): void {
  for (;;) {
    player.signal("SIGSTOP");
    try {
      const sql = "UPDATE links SET patience = 600 WHERE pid = ? AND role = ?";
      rig.asOther((db) => db.prepare(sql).run(player.pid, role));
      return;
    } catch {
      player.signal("SIGCONT");
    }
  }
}

function jobsInLedger(db: DatabaseSync): string[] {
  const rows = db.prepare("SELECT body FROM ledger ORDER BY position").all();
  return rows.map(({ body }) => JSON.parse(`${Buffer.from(body as Uint8Array)}`).job);
}

/** The jobs of the fires from a place to the end. */
async function read(rig: SqliteRig, from: "oldest" | { since: number }): Promise<string[]> {
  const ledger = usable(await rig.broker().openLedger());
  const entries: LedgerEntry[] = [];
  assert.not.ok(isBrokerProblem(await ledger.follow(from, (entry) => entries.push(entry))));
  const last = rig.asOther(
    (db) => db.prepare("SELECT max(position) AS last FROM ledger").get()?.last,
  );
  await until(() => entries.at(-1)?.position === last, SOON_MS, "the end of the ledger");
  await ledger.close(100);
  return entries.map(({ content }) => Object(content).fire.job);
}

test.run();
