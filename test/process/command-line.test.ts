import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ClockdOptions, executable, runClockd } from "../support/process.ts";
import { createRig, event, type Rig, SOON } from "./rig.ts";

const test = suite<{ rig: Rig }>("the command line");

test.before.each((context) => {
  context.rig = createRig("amqp://user:s3cr3t@127.0.0.1:1");
});
test.after.each(({ rig }) => rig.close());

async function run(args: string[], options?: ClockdOptions) {
  const clockd = runClockd(args, options);
  const { code } = await clockd.exited;
  const text = (stream: "stdout" | "stderr") =>
    clockd.lines
      .filter((line) => line.stream === stream)
      .map((line) => line.text)
      .join("\n");
  return { code, stdout: text("stdout"), stderr: text("stderr") };
}

test("--version says the version and the Node version", async () => {
  const { code, stdout } = await run(["--version"]);
  assert.is(code, 0);
  assert.match(stdout, /^clockd \d+\.\d+\.\d+ \((commit \w+(-dirty)?, )?node v26/);
});

test("--help names the commands and has an example", async () => {
  const { code, stdout } = await run(["--help"]);
  assert.is(code, 0);
  for (const word of ["worker", "validate", "--config", "--broker", "--log-level"]) {
    assert.match(stdout, word);
  }
});

test("a wrong flag, command or value is exit code 2 with a sentence", async () => {
  for (const args of [
    ["--confg", "x.yml"],
    ["wroker"],
    ["worker", "--concurrency", "none"],
    ["worker", "--concurrency", "0"],
    ["worker", "--drain", "soon"],
    ["--log-level", "loud"],
    ["--config"],
  ]) {
    const { code, stderr } = await run(args);
    assert.is(code, 2, args.join(" "));
    assert.match(stderr, /^clockd: .+\nTry: clockd( worker)? --help$/, args.join(" "));
  }
});

test("a file that is refused at start is exit code 78, with the problems", async ({ rig }) => {
  rig.write(`  job: {every: 1s}\n`);
  const { code, stdout } = await run(["--config", rig.file, "--log-format", "human"]);
  assert.is(code, 78);
  assert.match(stdout, /schedules\.yml:4:\d+ error CONFIG_TASK_KIND/);
  const missing = await run(["--config", `${rig.folder}/none.yml`]);
  assert.is(missing.code, 78);
  assert.match(missing.stdout, "CONFIG_NOT_FOUND");
});

test("a broker URL that cannot be read is refused without repeating it", async ({ rig }) => {
  rig.write(`  job: {every: 1s, run: "true"}\n`);
  for (const url of ["http://user:s3cr3t@host", "amqp://user:s3cr3t@host/a/b", "s3cr3t"]) {
    const { code, stdout, stderr } = await run(["--config", rig.file, "--broker", url]);
    assert.is(code, 2, url);
    assert.match(stderr, /^clockd: .+URL.+/);
    assert.not.match(stdout + stderr, "s3cr3t");
  }
});

test("a password never appears in the log, whatever goes wrong", async ({ rig }) => {
  rig.write(`  job: {every: 1s, run: "true"}\n`);
  const clock = rig.clock(["--log-level", "trace"]);
  await clock.waitFor(event("broker.unreachable"), SOON, "the failure");
  await clock.stop();
  for (const { text } of clock.lines) assert.not.match(text, "s3cr3t");
});

test("the broker's URL may come from the environment's usual names", async ({ rig }) => {
  rig.write(`  job: {every: 1s, run: "true"}\n`);
  for (const name of ["CLOCKD_BROKER_URL", "AMQP_URL", "CLOUDAMQP_URL", "RABBITMQ_URL"]) {
    const env = { [name]: "amqp://127.0.0.1:2" };
    const clock = runClockd(["--config", rig.file], { env });
    const line = await clock.waitFor(event("broker.unreachable"), SOON, "the failure");
    assert.is(line.entry.place, "rabbitmq 127.0.0.1:2", name);
    await clock.stop();
  }
});

test("validate prints problems, and its exit code says whether there are errors", async ({
  rig,
}) => {
  rig.write(`  job: {every: 1s, run: "true"}\n`);
  assert.is((await run(["validate", rig.file])).code, 0);
  rig.write(`  job: {every: 1s, run: "true", tiemout: 5s}\n`);
  const bad = await run(["validate", "--json", rig.file]);
  assert.is(bad.code, 1);
  const problem = JSON.parse(bad.stdout.split("\n")[0]!);
  assert.is(problem.code, "CONFIG_UNKNOWN_KEY");
  assert.is(problem.path, "/jobs/job/tiemout");
  assert.match(problem.hint, "timeout");
});

test("validate reads standard input", async ({ rig }) => {
  rig.write(`  job: {every: 1s, run: "true"}\n`);
  assert.is((await run(["validate", "-"], { input: rig.read() })).code, 0);
  assert.is((await run(["validate", "-"], { input: "version: 2\njobs: {}\n" })).code, 1);
});

test("what nobody can wait for is ended by a signal", async ({ rig }) => {
  rig.write(`  job: {every: 1s, run: "true"}\n`);
  const child = runClockd(["next", "--config", rig.file, "--until", "+3000d", "--json"]);
  await child.waitFor(() => true, SOON, "the first slots");
  child.signal("SIGTERM");
  assert.equal(await child.exited, { code: null, signal: "SIGTERM" });
});

test("a reader that takes its time, as a person does, gets every line of a long answer", async ({
  rig,
}) => {
  rig.write(
    Array.from({ length: 3000 }, (_, n) => `  job-${n}: {every: 1s, run: "true", x: 1}\n`).join(""),
  );
  const { stdout } = spawnSync(
    "sh",
    ["-c", `${executable().join(" ")} validate "$0" | (sleep 4; wc -l)`, rig.file],
    {
      encoding: "utf8",
    },
  );
  assert.is(Number(stdout), 3001);
});

test("a terminal's log is for people: one line an event, no JSON", async ({ rig }) => {
  rig.write(`  job: {every: 1s, run: "true"}\n`);
  const clock = rig.clock(["--log-format", "human"]);
  const line = await clock.waitFor(
    ({ text }) => text.includes("1 jobs") || text.includes("1 job"),
    SOON,
    "the log",
  );
  assert.not.match(line.text, /^\{/);
  await clock.stop();
});

test.run();
