import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "../support/folder.ts";
import { type Clockd, type Line, runClockd } from "../support/process.ts";

const test = suite("clockd logs");

const SOON = 20_000;

const FILE = `version: 1
namespace: logs
jobs:
  good: {cron: "0 0 1 1 *", run: echo fine}
  bad: {cron: "0 0 1 1 *", run: "seq 1 5000; echo broken >&2; exit 3", umask: "027"}
  quiet: {cron: "0 0 1 1 *", run: "true"}
  never: {cron: "0 0 1 1 *", run: "true"}
  elsewhere: {cron: "0 0 1 1 *", run: "true", queue: nobody}
`;

interface Story {
  /** Runs a command to its end. */
  ask(...args: string[]): Promise<{ code: number | null; stdout: string[]; stderr: string[] }>;
  /** The fires by job. */
  fires: Record<string, string>;
  database: string;
  end(): void;
}

/** A clock and a worker that have fired and run, and ended; made once, since it takes long. */
let told: Promise<Story> | undefined;
test.after(async () => (await told)?.end());

async function tell(): Promise<Story> {
  const folder = temporaryFolder("logs");
  const at = (name: string) => join(folder.path, name);
  writeFileSync(at("schedules.yml"), FILE);
  const database = at("clockd.db");
  const always = ["--config", at("schedules.yml"), "--broker", `sqlite:${database}`];
  const ask: Story["ask"] = async (...args) => {
    const clockd = runClockd([...args, ...always]);
    const { code } = await clockd.exited;
    const of = (name: string) =>
      clockd.lines.filter(({ stream }) => stream === name).map(({ text }) => text);
    return { code, stdout: of("stdout"), stderr: of("stderr") };
  };
  const clock = runClockd(always);
  const worker = runClockd(["worker", "--queue", "default", ...always]);
  await clock.waitFor(event("clock.leading"), SOON, "the leader");
  await worker.waitFor(event("worker.taking"), SOON, "the worker");
  const fires: Story["fires"] = {};
  for (const job of ["good", "bad", "quiet", "elsewhere"]) {
    const { stdout } = await ask("trigger", job);
    fires[job] = stdout[0]!;
    if (job !== "elsewhere") await ended(worker, fires[job]!);
  }
  await worker.stop();
  await clock.stop();
  return { ask, fires, database, end: folder.remove };
}

function event(type: string) {
  return ({ entry }: Line) => entry.event === type;
}

async function ended(worker: Clockd, fire: string): Promise<void> {
  const isIt = ({ entry }: Line) => entry.event === "run.finished" && entry.fire === fire;
  const { entry } = await worker.waitFor(isIt, SOON, `the end of ${fire}`);
  // The log has the output already, line by line.
  assert.not.ok("tail" in entry);
  assert.type(entry.runPid, "number");
}

const story = () => (told ??= tell());

test("shows the end of a fire's output, and how it ended", async () => {
  const { ask, fires } = await story();
  const { code, stdout, stderr } = await ask("logs", fires.bad!);
  assert.equal([code, stderr], [0, []]);
  const [head, cut, ...lines] = stdout;
  assert.ok(head!.startsWith(`${fires.bad} attempt 1: failed (exit code 3) after `), head);
  assert.match(cut!, /^… \(only the end/);
  assert.equal(lines.slice(-3), ["4999", "5000", "broken"]);
});

test("of a job shows its newest run", async () => {
  const { ask, fires } = await story();
  const { code, stdout } = await ask("logs", "good");
  assert.is(code, 0);
  assert.ok(stdout[0]!.startsWith(`${fires.good} attempt 1: ok after `), stdout[0]);
  assert.equal(stdout.slice(1), ["fine"]);
  assert.equal((await ask("logs", "quiet")).stdout.slice(1), ["(it put nothing out)"]);
});

test("as JSON says the same as history, a line an attempt", async () => {
  const { ask, fires } = await story();
  const { code, stdout } = await ask("logs", fires.bad!, "--json");
  assert.equal([code, stdout.length], [0, 1]);
  const item = JSON.parse(stdout[0]!);
  const { pid, cpuTime, maxMemory, tail, tailCut, exitCode } = item;
  assert.ok(pid > 1 && (cpuTime === null || cpuTime >= 0) && tailCut);
  assert.ok(maxMemory === null || maxMemory > 0);
  assert.equal([exitCode, tail.slice(-12)], [3, "5000\nbroken\n"]);
  const { stdout: history } = await ask("history", "bad", "--json");
  assert.equal(JSON.parse(history.find((line) => line.includes('"ran"'))!), item);
  const table = (await ask("history", "bad")).stdout.join("\n");
  assert.not.match(table, "broken");
});

test("with --attempt shows that one only, and says which there are", async () => {
  const { ask, fires } = await story();
  assert.is((await ask("logs", fires.good!, "--attempt", "1")).stdout.length, 2);
  const { code, stdout, stderr } = await ask("logs", fires.good!, "--attempt", "2");
  assert.equal([code, stdout], [1, []]);
  assert.equal(stderr, [`clockd: ${fires.good} has no attempt 2 in the ledger, only 1`]);
});

test("says why there is nothing, with exit code 1", async () => {
  const { ask, fires } = await story();
  const saying = async (what: string) => {
    const { code, stdout, stderr } = await ask("logs", what);
    assert.equal([code, stdout], [1, []], what);
    return stderr.join();
  };
  assert.is(await saying("never"), "clockd: no run of never has ended yet");
  assert.is(
    await saying("elsewhere"),
    `clockd: no run of elsewhere has ended yet: its newest fire is ${fires.elsewhere}`,
  );
  assert.match(
    await saying(fires.elsewhere!),
    /was fired at .*, and no worker has told of its end/,
  );
  const other = "good@2020-01-01T00:00:00Z";
  assert.is(await saying(other), `clockd: there is no fire ${other} in the ledger`);
});

test("does not take a word for what it is not", async () => {
  const { ask } = await story();
  for (const [args, expected] of [
    [["goood"], /there is no job "goood" in the ledger \(did you mean good\?\)/],
    [["good@yesterday"], /"good@yesterday" is not the id of a fire, such as /],
    [["good", "--attempt", "0"], /--attempt takes a whole number/],
  ] as const) {
    const { code, stderr } = await ask("logs", ...args);
    assert.is(code, 2, args.join(" "));
    assert.match(stderr[0]!, expected);
  }
});

test("says when the ledger does not go back so far", async () => {
  const { ask, fires, database } = await story();
  // As retention does: the oldest records go. The snapshot still knows of the run.
  const db = new DatabaseSync(database);
  const { last } = db.prepare("SELECT max(position) AS last FROM ledger").get() as { last: number };
  db.prepare("DELETE FROM ledger WHERE position < ?").run(last);
  db.close();
  const { code, stderr } = await ask("logs", fires.good!);
  assert.is(code, 1);
  assert.match(stderr[0]!, /what became of good@\S+ is not known any more: the ledger begins at /);
});

test.run();
