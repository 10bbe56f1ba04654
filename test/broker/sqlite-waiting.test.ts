import type { DatabaseSync } from "node:sqlite";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Delivery } from "../../src/broker/broker.ts";
import { aFire } from "../support/fire.ts";
import { until } from "../support/until.ts";
import { arrived, usable } from "./conformance.ts";
import { createSqliteRig, SOON_MS, type SqliteRig, saying } from "./sqlite-rig.ts";

const test = suite<{ rig: SqliteRig }>("Fires that wait in SQLite");

test.before.each((context) => {
  context.rig = createSqliteRig();
});
test.after.each(({ rig }) => rig.close());

const HOUR_MS = 3_600_000;

/** A worker whose machine's clock can be set. */
async function workerWithClock(rig: SqliteRig) {
  const clock = { ahead: 0 };
  const deliveries: Delivery[] = [];
  const onDelivery = (delivery: Delivery) => void deliveries.push(delivery);
  const broker = rig.broker(rig.path, () => Date.now() + clock.ahead);
  const link = usable(await broker.openWorker({ queues: ["default"], prefetch: 9, onDelivery }));
  return { clock, deliveries, link };
}

test("a fire comes when it is due although the process that asked was killed", async ({ rig }) => {
  const worker = rig.player(["worker", rig.path]);
  const asker = rig.player(["asker", rig.path, "--delay", "1500"]);
  const { at: askedAt } = Object(await asker.says(saying({ kind: "confirmed" }), "the answer"));
  asker.signal("SIGKILL");
  await asker.exited;
  const { at } = Object(await worker.says((said) => "took" in said, "the fire"));
  // The answer came a little after the wait began.
  assert.ok(at - askedAt > 1400 && at - askedAt < 2500, `after ${at - askedAt} ms`);
});

test("a fire that came due while no worker was there comes at once with the next one", async ({
  rig,
}) => {
  const asker = rig.player(["asker", rig.path, "--delay", "200"]);
  await asker.says(saying({ kind: "confirmed" }), "the answer");
  asker.signal("SIGKILL");
  await asker.exited;
  await until(() => rig.asOther((db) => overdue(db) === 1), SOON_MS, "it to be overdue");
  const { deliveries } = await rig.worker();
  await arrived(deliveries, 1);
});

test("several workers that wake at once get each fire once", async ({ rig }) => {
  const workers = [1, 2, 3].map(() => rig.player(["worker", rig.path]));
  const { link } = await rig.worker();
  await link.stopTaking();
  const fires = Array.from({ length: 300 }, (_, n) =>
    aFire({ slot: 1_796_000_000_000 + n * 1000 }),
  );
  await Promise.all(fires.map((fire) => link.again(fire, 1500)));
  const took = () =>
    workers.flatMap(({ said }) => said.flatMap((one) => ("took" in one ? [one.took] : [])));
  await until(
    () => took().length >= 300,
    SOON_MS,
    () => `300 fires, got ${took().length}`,
  );
  assert.is(new Set(took()).size, 300);
  assert.is(took().length, 300);
});

test("a clock that is set back makes a fire late by no more than its own wait", async ({ rig }) => {
  const { clock, deliveries, link } = await workerWithClock(rig);
  const askedAt = performance.now();
  assert.equal(await link.again(aFire(), 1000), { kind: "confirmed" });
  clock.ahead = -HOUR_MS;
  await arrived(deliveries, 1);
  const waited = performance.now() - askedAt;
  assert.ok(waited >= 1000 && waited < 4000, `it waited ${waited} ms`);
  await link.close(1000);
});

test("a clock that is set forward makes no fire late, and harms nothing", async ({ rig }) => {
  const { clock, deliveries, link } = await workerWithClock(rig);
  const askedAt = performance.now();
  assert.equal(await link.again(aFire(), 1000), { kind: "confirmed" });
  clock.ahead = HOUR_MS;
  assert.equal(await link.again(aFire({ job: "other" }), 1000), { kind: "confirmed" });
  await arrived(deliveries, 2);
  const waited = performance.now() - askedAt;
  assert.ok(waited < 4000, `it waited ${waited} ms`);
  await link.close(1000);
});

function overdue(db: DatabaseSync): unknown {
  return db.prepare("SELECT count(*) AS n FROM waiting WHERE due < ?").get(Date.now())?.n;
}

test.run();
