import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { smallDisk } from "../faults/small-disk.ts";
import { sqlite } from "../support/ground.ts";
import { executable } from "../support/process.ts";
import { until } from "../support/until.ts";
import { createRig, event, type Rig, SOON } from "./rig.ts";

interface Context {
  rig: Rig;
  disk: ReturnType<typeof smallDisk>;
}
const test = suite<Context>("a worker and a full disk");

test.before.each((context) => {
  context.disk = smallDisk();
  context.rig = createRig(sqlite().url);
});
test.after.each(async ({ rig, disk }) => {
  await rig.close();
  disk.remove();
});

/** Fills it to the last byte; returns what makes room again. */
function fill(folder: string): () => void {
  const file = join(folder, "filler");
  const filler = openSync(file, "w");
  for (const size of [1 << 20, 1 << 12, 1]) {
    const piece = Buffer.alloc(size);
    try {
      for (;;) writeSync(filler, piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
  closeSync(filler);
  return () => rmSync(file);
}

test("goes on when its log cannot be written, and writes it again when there is room", async ({
  rig,
  disk,
}) => {
  const touching = (job: string) => `  ${job}: {every: 1d, run: touch ${job}}\n`;
  rig.write(`  many: {every: 1d, run: seq 1 300}\n${touching("before")}${touching("after")}`);
  const path = join(disk.path, "log");
  const log = openSync(path, "a");
  const [program, ...start] = executable();
  const args = [
    ...start,
    "worker",
    "--config",
    rig.file,
    "--broker",
    rig.url,
    "--concurrency",
    "1",
  ];
  const worker = spawn(program, args, { stdio: ["ignore", log, log] });
  closeSync(log);
  const exited = once(worker, "exit");
  const read = () => readFileSync(path, "utf8");
  try {
    await until(() => read().includes("worker.taking"), SOON, "the worker to take");
    const makeRoom = fill(disk.path);
    const before = read();
    await rig.fire("many");
    // It starts when the one before has ended, and all of that is for the log.
    await rig.fire("before");
    await until(() => existsSync(join(rig.folder, "before")), SOON, "a later command");
    makeRoom();
    await rig.fire("after");
    await until(() => /"run\.finished","job":"after"/.test(read()), SOON, "its line in the log");
    assert.ok(read().startsWith(before));
    assert.not.match(read(), /"line":"300"/);
  } finally {
    worker.kill("SIGTERM");
    await exited;
  }
  assert.equal(await exited, [0, null]);
  assert.equal(await rig.takeFires(), []);
});

test("reports a command that finds no room in its folder, and runs the next", async ({
  rig,
  disk,
}) => {
  rig.write(
    `  writes: {every: 1d, run: 'echo text > file', cwd: ${disk.path}}\n  good: {every: 1d, run: "true", cwd: ${disk.path}}\n`,
  );
  const makeRoom = fill(disk.path);
  const worker = rig.worker();
  await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
  await rig.fire("writes");
  const output = await worker.waitFor(event("run.output"), SOON, "what the shell says");
  assert.match(String(output.entry.line), /No space left|I\/O error/);
  const failed = event("run.finished", { job: "writes", outcome: "exited", ok: false });
  await worker.waitFor(failed, SOON, "its end");
  await rig.fire("good");
  await worker.waitFor(event("run.finished", { job: "good", ok: true }), SOON, "the next run");
  makeRoom();
  const slot = "2026-12-01T09:00:00Z";
  await rig.put(JSON.stringify({ version: 1, job: "writes", slot }));
  await worker.waitFor(event("run.finished", { job: "writes", ok: true }), SOON, "it to succeed");
});

test.run();
