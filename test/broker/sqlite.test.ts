import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { aFire } from "../support/fire.ts";
import { until } from "../support/until.ts";
import { arrived } from "./conformance.ts";
import { assertAllThere, createSqliteRig, SOON_MS, type SqliteRig, saying } from "./sqlite-rig.ts";

const test = suite<{ rig: SqliteRig }>("SQLite in trouble");

test.before.each((context) => {
  context.rig = createSqliteRig();
});
test.after.each(({ rig }) => rig.close());

const CONFIRMED = saying({ kind: "confirmed" });

test("a file that somebody keeps locked for a second only makes a fire late", async ({ rig }) => {
  const clock = await rig.clock();
  const other = lock(rig);
  const fired = clock.fire(aFire());
  setTimeout(() => other.close(), 1000);
  assert.equal(await fired, { kind: "confirmed" });
  assert.is(clock.isLost, false);
});

test("a lock that stays is said, ends the link, and is over when it goes", async ({ rig }) => {
  const clock = rig.player(["clock", rig.path]);
  await clock.says(CONFIRMED, "a fire");
  const began = performance.now();
  const other = lock(rig);
  const blocked = await clock.says(saying({ event: "broker.blocked" }), "that it is blocked");
  assert.match(Object(blocked).reason, /another program keeps it locked/);
  await clock.says(saying({ code: "BROKER_LOCKED" }), "that it lost the link");
  const took = performance.now() - began;
  assert.ok(took > 9000 && took < 15_000, `after ${took} ms`);
  const from = clock.said.length;
  other.close();
  await clock.says(CONFIRMED, "a fire", from);
  assertAllThere(rig.path, clock);
});

test("a full disk is said, loses nothing that was confirmed, and is over when there is room", async ({
  rig,
}) => {
  const home = join(rig.folder, "small");
  mkdirSync(home);
  const script = 'mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"';
  const apart = ["unshare", process.getuid?.() === 0 ? "-m" : "-rm", "sh", "-c", script, home];
  const clock = rig.player(["clock", join(home, "clockd.db"), "--every", "5"], apart);
  await clock.says(CONFIRMED, "a fire");
  const inside = `/proc/${clock.pid}/root${home}`;
  fill(join(inside, "filling"));
  const blocked = await clock.says(saying({ event: "broker.blocked" }), "that it is blocked");
  assert.match(Object(blocked).reason, "the disk is full: make room");
  const from = clock.said.length;
  rmSync(join(inside, "filling"));
  await clock.says(CONFIRMED, "a fire", from);
  clock.signal("SIGSTOP");
  for (const end of ["", "-wal"]) copyFileSync(`${inside}/clockd.db${end}`, rig.path + end);
  assertAllThere(rig.path, clock);
});

test("a second machine on the file is noticed by its beats", async ({ rig }) => {
  const clock = await rig.clock();
  rig.asOther((db) => {
    db.exec(
      "INSERT INTO links SELECT 99, ns, role, 'another', space, pid, '1', 5000, 0 FROM links",
    );
  });
  const beating = setInterval(() => {
    rig.asOther((db) => db.exec("UPDATE links SET beats = beats + 1 WHERE id = 99"));
  }, 200);
  const { code, message } = await clock.lost.finally(() => clearInterval(beating));
  assert.is(code, "BROKER_TWO_MACHINES");
  assert.match(message, "use RabbitMQ");
});

test("a second machine that is no more harms nobody", async ({ rig }) => {
  const clock = await rig.clock();
  rig.asOther((db) => {
    db.exec("INSERT INTO links SELECT 99, ns, role, 'another', space, pid, '1', 400, 0 FROM links");
    db.exec("INSERT INTO work (ns, queue, owner, taken, body) VALUES (1, 'default', 99, 1, x'00')");
  });
  const { deliveries } = await rig.worker();
  assert.is((await arrived(deliveries, 1))[0]!.redelivered, true);
  assert.is(clock.isLost, false);
});

test("a worker that is told to end while the file is locked ends in time", async ({ rig }) => {
  const worker = await rig.worker();
  rig.asOther((db) => db.exec("INSERT INTO work (ns, queue, body) VALUES (1, 'default', x'00')"));
  const other = lock(rig);
  const began = performance.now();
  await worker.link.close(300);
  const took = performance.now() - began;
  other.close();
  assert.ok(took < 2000, `${took} ms`);
});

test("a waiting worker has a fire at once, although the disk is waited for", async ({ rig }) => {
  const worker = rig.player(["worker", rig.path]);
  await worker.says(saying({ event: "broker.connected" }), "the worker");
  const clock = rig.player(["clock", rig.path, "--every", "120"]);
  const runs = () => worker.said.filter((said) => "took" in said);
  await until(() => runs().length >= 20, SOON_MS, "twenty runs");
  const firedAt = new Map<string, number>();
  for (const said of clock.said) if ("fired" in said) firedAt.set(said.fired, said.at);
  const waits = runs().map(({ took, at }) => at - Number(firedAt.get(took)));
  const median = waits.toSorted((a, b) => a - b)[10]!;
  // Measured: some milliseconds. A missed wake-up costs up to 500.
  assert.ok(median < 100, `${median} ms`);
});

test("a reader who keeps an old view holds up no fire", async ({ rig }) => {
  const clock = await rig.clock();
  const other = new DatabaseSync(rig.path);
  other.exec("BEGIN; SELECT count(*) FROM ledger");
  for (let n = 0; n < 50; n++) assert.is((await clock.fire(aFire())).kind, "confirmed");
  other.close();
});

/** As another program that has begun to write and goes on and on. */
function lock(rig: SqliteRig): DatabaseSync {
  const db = new DatabaseSync(rig.path, { timeout: 5000 });
  db.exec("BEGIN IMMEDIATE");
  return db;
}

/** Writes until the disk has no byte left. */
function fill(file: string): void {
  for (const size of [4096, 1]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: "a" });
    } catch (error) {
      assert.is((error as NodeJS.ErrnoException).code, "ENOSPC");
    }
  }
}

test.run();
