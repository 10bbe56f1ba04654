import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type BrokerProblem, isBrokerProblem } from "../../src/broker/broker.ts";
import { aFire } from "../support/fire.ts";
import { until } from "../support/until.ts";
import { usable } from "./conformance.ts";
import type { Said } from "./sqlite-player.ts";
import { createSqliteRig, SOON_MS, type SqliteRig } from "./sqlite-rig.ts";

const test = suite<{ rig: SqliteRig }>("Where the file of the embedded broker may be");

test.before.each((context) => {
  context.rig = createSqliteRig();
});
test.after.each(({ rig }) => rig.close());

/** Root may do everything; without its capabilities it is a user as any other. */
const AS_USER =
  process.getuid?.() === 0 ? ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] : [];

/** In a view of the mounts of its own. */
const APART = ["unshare", process.getuid?.() === 0 ? "-m" : "-rm", "sh", "-c"];

test("a file that is read-only is said to be so, and is used as soon as it may be", async ({
  rig,
}) => {
  await (await rig.clock()).close(1000);
  chmodSync(rig.path, 0o400);
  const player = rig.player(["clock", rig.path], AS_USER);
  const { code, reason } = await unreachable(player);
  assert.is(code, "BROKER_READ_ONLY");
  assert.match(reason, /clockd\.db is read-only: give clockd the right to write/);
  chmodSync(rig.path, 0o600);
  await player.says((said) => "elected" in said, "that it leads");
});

test("a file of another user is said to be so", async ({ rig }) => {
  await (await rig.clock()).close(1000);
  chmodSync(rig.path, 0o000);
  const { code } = await unreachable(rig.player(["clock", rig.path], AS_USER));
  assert.is(code, "BROKER_ACCESS");
});

test("a folder that is read-only is said to be so", async ({ rig }) => {
  await (await rig.clock()).close(1000);
  chmodSync(rig.folder, 0o500);
  const player = rig.player(["clock", rig.path], AS_USER);
  const { code, reason } = await unreachable(player);
  assert.ok(["BROKER_READ_ONLY", "BROKER_FILE", "BROKER_ACCESS"].includes(code), code);
  assert.match(reason, "folder");
  chmodSync(rig.folder, 0o700);
  await player.says((said) => "elected" in said, "that it leads");
});

test("a folder that loses its rights while clockd runs harms nobody for longer than that", async ({
  rig,
}) => {
  const player = rig.player(["clock", rig.path], AS_USER);
  await player.says((said) => "fired" in said, "a fire");
  chmodSync(rig.folder, 0o000);
  const lost = await player.says((said) => "code" in said, "that it lost the file");
  assert.is(Object(lost).code, "BROKER_ACCESS");
  const from = player.said.length;
  chmodSync(rig.folder, 0o700);
  await player.says((said) => "fired" in said && said.kind === "confirmed", "a fire", from);
});

test("a file system that is read-only is said to be so", async ({ rig }) => {
  await (await rig.clock()).close(1000);
  const script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"';
  const player = rig.player(["clock", rig.path], [...APART, script, rig.folder]);
  const { code } = await unreachable(player);
  assert.is(code, "BROKER_READ_ONLY");
});

test("a folder that cannot be made is named", async ({ rig }) => {
  chmodSync(rig.folder, 0o500);
  const path = join(rig.folder, "new/clockd.db");
  const { code, reason } = await unreachable(rig.player(["clock", path], AS_USER));
  assert.is(code, "BROKER_ACCESS");
  assert.match(reason, "new");
  chmodSync(rig.folder, 0o700);
});

test("where the system makes no folders, the end is an error and not an endless attempt", async ({
  rig,
}) => {
  // In a process of its own: an endless attempt would hold this one up, too.
  const { code, reason } = await unreachable(rig.player(["clock", "/proc/none/here/clockd.db"]));
  assert.is(code, "BROKER_FILE");
  assert.match(reason, /\/proc\/none.*ENOENT/);
});

test("a folder in the place of the file is said to be one", async ({ rig }) => {
  mkdirSync(rig.path);
  const problem = await refusal(rig, rig.path);
  assert.is(problem.code, "BROKER_FILE");
  assert.match(problem.message, "is a folder: name a file in it");
});

test("a file in the place of the folder is said to be one", async ({ rig }) => {
  writeFileSync(join(rig.folder, "file"), "");
  const problem = await refusal(rig, join(rig.folder, "file/clockd.db"));
  assert.is(problem.code, "BROKER_FILE");
  assert.match(problem.message, "not a directory");
});

test("a pipe is no file, and nobody waits for its other end", async ({ rig }) => {
  spawnSync("mkfifo", [rig.path]);
  assert.match((await refusal(rig, rig.path)).message, "is no file");
});

test("a new file and a new folder are for their owner only, whatever the umask", async ({
  rig,
}) => {
  const umask = process.umask(0);
  const path = join(rig.folder, "one/two/clockd.db");
  const link = usable(await rig.broker(path).openClock([]));
  try {
    await link.fire(aFire());
    for (const end of ["", "-wal", "-shm"]) assert.is(modeOf(path + end), "600", end);
    for (const folder of ["one", "one/two"]) assert.is(modeOf(join(rig.folder, folder)), "700");
  } finally {
    process.umask(umask);
    await link.close(1000);
  }
});

test("the rights of a folder and a file that are there already stay", async ({ rig }) => {
  chmodSync(rig.folder, 0o755);
  writeFileSync(rig.path, "", { mode: 0o640 });
  const link = await rig.clock();
  await link.fire(aFire());
  assert.is(modeOf(rig.folder), "755");
  assert.is(modeOf(rig.path), "640");
  assert.is(modeOf(`${rig.path}-wal`), "640");
});

test("those who come by a symbolic link and those who do not meet in one file", async ({ rig }) => {
  const other = join(rig.folder, "other");
  mkdirSync(other);
  const clock = await rig.clock();
  symlinkSync(rig.path, join(other, "link.db"));
  const came: number[] = [];
  const onDelivery = () => void came.push(performance.now());
  const wanted = { queues: ["default"], prefetch: 10, onDelivery };
  const worker = usable(await rig.broker(join(other, "link.db")).openWorker(wanted));
  await clock.fire(aFire());
  await until(() => came.length > 0, SOON_MS, "the fire");
  await worker.close(1000);
});

test("a name that begins with file: is a name", async ({ rig }) => {
  const folder = process.cwd();
  process.chdir(rig.folder);
  try {
    const link = usable(await rig.broker("file:clockd.db?mode=memory").openClock([]));
    await link.fire(aFire());
    assert.is(modeOf("file:clockd.db?mode=memory"), "600");
    assert.is(readFileSync("file:clockd.db?mode=memory").subarray(0, 6).toString(), "SQLite");
    await link.close(1000);
  } finally {
    process.chdir(folder);
  }
});

async function unreachable(player: ReturnType<SqliteRig["player"]>) {
  const isIt = (said: Said) => "event" in said && said.event === "broker.unreachable";
  return (await player.says(isIt, "what is wrong")) as { code: string; reason: string };
}

async function refusal(rig: SqliteRig, path: string): Promise<BrokerProblem> {
  const link = await rig.broker(path).openClock([]);
  assert.ok(isBrokerProblem(link), "it was opened");
  return link as unknown as BrokerProblem;
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

test.run();
