import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { membersOf } from "../support/family.ts";
import { sqlite } from "../support/ground.ts";
import type { Clockd, Line } from "../support/process.ts";
import { until } from "../support/until.ts";
import { folderOfNoPrograms, isAlive } from "../worker/started.ts";
import { createRig, event, events, type Rig, SOON } from "./rig.ts";

interface Context {
  count?: number;
  rig: Rig;
  worker: Clockd;
}
const test = suite<Context>("a worker whose command");

test.before.each((context) => {
  context.rig = createRig(sqlite().url);
});
test.after.each(({ rig }) => rig.close());

/** Runs it on a real worker, which must be well afterwards. `run` and other fields as in the file. */
async function ran(context: Context, fields: string): Promise<Line["entry"]> {
  const { rig } = context;
  rig.write(`  odd: {every: 1d, ${fields}}\n  good: {every: 1d, run: echo well}\n`);
  context.worker = rig.worker();
  const { worker } = context;
  await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
  // A fire that has ended is not run again.
  context.count = (context.count ?? 0) + 1;
  const put = (job: string) =>
    rig.put(
      JSON.stringify({
        version: 1,
        job,
        slot: `2026-12-01T08:${String(context.count).padStart(2, "0")}:00Z`,
      }),
    );
  await put("odd");
  const finished = await worker.waitFor(event("run.finished", { job: "odd" }), SOON, "its end");
  await put("good");
  await worker.waitFor(event("run.finished", { job: "good", ok: true }), SOON, "another run");
  await worker.stop();
  assert.equal(await rig.takeFires(), [], "its message is not finished");
  return finished.entry;
}

const linesOf = ({ worker }: Context) => events(worker, "run.output").map(({ line }) => line);
const signalsOf = ({ worker }: Context) => events(worker, "run.terminating").map((e) => e.signal);

test("ignores TERM has its whole family killed", async (context) => {
  const child = `trap "" TERM; sh -c "sleep 600 & wait" & while :; do sleep 0.1; done`;
  const entry = await ran(
    context,
    `run: 'sh -c ''${child}'' & trap "" TERM; wait; wait', timeout: 500ms, kill_after: 500ms`,
  );
  assert.equal([entry.outcome, entry.ok, entry.signal], ["timed-out", false, "SIGKILL"]);
  assert.equal(signalsOf(context), ["SIGTERM", "SIGKILL"]);
  const gone = () => membersOf(Number(entry.runPid)).length === 0;
  await until(gone, SOON, "the end of all of them");
});

test("ends on TERM is not killed, though its children need a moment more", async (context) => {
  const child = `trap "sleep 0.3; echo tidy; exit" TERM; while :; do sleep 0.05; done`;
  const entry = await ran(context, `run: 'sh -c ''${child}'' & wait', timeout: 500ms`);
  assert.equal([entry.outcome, entry.signal], ["timed-out", "SIGTERM"]);
  assert.equal(signalsOf(context), ["SIGTERM"]);
  assert.ok(linesOf(context).includes("tidy"));
});

test("leaves something behind neither waits for it nor ends it, and says so", async (context) => {
  const entry = await ran(context, `run: 'sleep 600 & echo $!; exit 3'`);
  const left = Number(linesOf(context)[0]);
  assert.ok(isAlive(left));
  process.kill(left, "SIGKILL");
  assert.equal([entry.outcome, entry.exitCode], ["exited", 3]);
  assert.match(String(entry.reason), /left behind held its output open/);
});

test("moves to another session is out of reach of its timeout, and is told so", async (context) => {
  const away = `setsid sh -c 'echo $$; exec sleep 600' & sleep 600`.replaceAll("'", "''");
  const entry = await ran(context, `run: '${away}', timeout: 500ms, kill_after: 500ms`);
  const left = Number(linesOf(context)[0]);
  assert.ok(isAlive(left));
  process.kill(left, "SIGKILL");
  assert.is(entry.outcome, "timed-out");
  assert.match(String(entry.reason), /left behind held its output open/);
});

test("closes its output runs on until it ends", async (context) => {
  const entry = await ran(context, `run: 'exec >&- 2>&-; sleep 0.7; exit 4'`);
  assert.equal([entry.outcome, entry.exitCode], ["exited", 4]);
  assert.ok(Number(entry.duration) >= 700, `${entry.duration} ms`);
});

test("prints what is no UTF-8 has it replaced", async (context) => {
  const entry = await ran(context, `run: [printf, 'a\\377b\\r\\n\\300\\n\\303']`);
  assert.is(entry.ok, true);
  assert.equal(linesOf(context), ["a\uFFFDb", "\uFFFD", "\uFFFD", "well"]);
});

test("ends at once is as any other", async (context) => {
  const entry = await ran(context, `run: ["true"]`);
  assert.equal([entry.outcome, entry.exitCode, entry.ok], ["exited", 0, true]);
});

test("cannot be started says why, and its message is finished", async (context) => {
  const { rig } = context;
  const folder = folderOfNoPrograms();
  const at = (name: string) => join(folder.path, name);
  mkdirSync(join(rig.folder, "gone"));
  rmdirSync(join(rig.folder, "gone"));
  const reasons: [fields: string, reason: RegExp][] = [
    ["run: [no-such-program]", /^cannot find program no-such-program: ENOENT$/],
    [`run: [${at("plain")}]`, /^cannot execute program \S+plain: EACCES/],
    [`run: [${at("lost.sh")}]`, /interpreter that \S+lost\.sh names/],
    [`run: "true", cwd: gone`, /^cannot enter the folder \S+gone: ENOENT$/],
    [`run: "true", shell: /no/shell`, /^cannot find program \/no\/shell: ENOENT$/],
  ];
  for (const [fields, reason] of reasons) {
    const entry = await ran(context, fields);
    assert.equal([entry.outcome, entry.ok, entry.exitCode], ["not-started", false, null], fields);
    assert.match(String(entry.reason), reason);
  }
  folder.remove();
});

test.run();
