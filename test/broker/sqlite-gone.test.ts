import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  assertAllThere,
  createSqliteRig,
  integrity,
  type SqliteRig,
  saying,
  withFile,
} from "./sqlite-rig.ts";

const test = suite<{ rig: SqliteRig }>("A file that goes while clockd runs");

test.before.each((context) => {
  context.rig = createSqliteRig();
});
test.after.each(({ rig }) => rig.close());

const CONFIRMED = saying({ kind: "confirmed" });

test("a file that goes while clockd runs is missed within a second, and all meet in a new one", async ({
  rig,
}) => {
  const folder = join(rig.folder, "own");
  const path = join(folder, "clockd.db");
  const [clock, worker] = [rig.player(["clock", path]), rig.player(["worker", path])];
  await worker.says((said) => "finished" in said, "a run");
  const backup = join(rig.folder, "backup.db");
  withFile(path, (db) => db.exec(`VACUUM INTO '${backup}'`));
  // It knows the links of these processes, which live on: they are waited for.
  withFile(backup, (db) => db.exec("UPDATE links SET patience = 500"));
  chmodSync(backup, 0o600);
  for (const harm of [
    () => rmSync(path),
    () => rmSync(folder, { recursive: true }),
    () => spawnSync("mv", [backup, path]),
  ]) {
    const from = { clock: clock.said.length, worker: worker.said.length };
    const began = performance.now();
    harm();
    for (const [player, first] of [
      [clock, from.clock],
      [worker, from.worker],
    ] as const) {
      await player.says(saying({ code: "BROKER_FILE_GONE" }), "that it is gone", first);
      assert.ok(performance.now() - began < 3000, `after ${performance.now() - began} ms`);
      await player.says(saying({ event: "broker.connected" }), "a new link", first);
    }
    await worker.says((said) => "finished" in said, "a run", worker.said.length);
    assert.is((statSync(path).mode & 0o777).toString(8), "600");
    withFile(path, (db) => assert.equal(integrity(db), ["ok"]));
  }
  assert.ok(!existsSync(backup));
});

test("a log of writes that is deleted while clockd runs costs nothing that was confirmed", async ({
  rig,
}) => {
  const clock = rig.player(["clock", rig.path, "--every", "10"]);
  await clock.says(saying({ fired: "job@2026-11-30T00:53:50Z" }), "some fires");
  rmSync(`${rig.path}-wal`);
  await clock.says(saying({ code: "BROKER_FILE_GONE" }), "that it is gone");
  await clock.says(CONFIRMED, "a fire", clock.said.length);
  assertAllThere(rig.path, clock);
});

test.run();
