import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "../support/folder.ts";
import { folderOfNoPrograms, started } from "./started.ts";

const test = suite("a command");

test("that exits with 0 is ok, and says when it started and ended", async () => {
  const before = Date.now();
  const run = started("sleep 0.05");
  const { startedAt, endedAt, cpuTime, maxMemory, ...rest } = await run.ended;
  assert.equal(rest, {
    kind: "exited",
    ok: true,
    terminated: false,
    exitCode: 0,
    signal: null,
    pid: run.pid,
    tail: "",
  });
  assert.ok(startedAt >= before && endedAt >= startedAt + 50 && endedAt <= Date.now());
});

test("that exits with another code is not ok", async () => {
  const { kind, ok, exitCode } = await started("exit 7").ended;
  assert.equal({ kind, ok, exitCode }, { kind: "exited", ok: false, exitCode: 7 });
});

test("that a signal ended from outside was killed", async () => {
  const { kind, ok, exitCode, signal, terminated } = await started("kill -SEGV $$").ended;
  assert.equal(
    { kind, ok, exitCode, signal, terminated },
    { kind: "killed", ok: false, exitCode: null, signal: "SIGSEGV", terminated: false },
  );
});

test("given as a string goes to a shell", async () => {
  const run = started(`for word in $WORDS; do echo "<$word>"; done`, {
    env: { WORDS: "a b", PATH: process.env.PATH ?? "" },
  });
  await run.ended;
  assert.equal(run.stdout(), ["<a>", "<b>"]);
});

test("given as a list is executed as it is, whatever its arguments look like", async () => {
  const odd = ["$HOME; echo hacked", "`id`", "* ?", "", "it's", 'a"b'];
  const run = started([
    process.execPath,
    "-e",
    "console.log(JSON.stringify(process.argv.slice(1)))",
    "--",
    ...odd,
  ]);
  await run.ended;
  assert.equal(JSON.parse(run.stdout()[0] ?? ""), odd);
});

test("has exactly the environment it is given", async () => {
  const env = { A: "1", "B.C": "$A `id`\nsecond line" };
  const run = started([process.execPath, "-e", "console.log(JSON.stringify(process.env))"], {
    env,
  });
  await run.ended;
  assert.equal(JSON.parse(run.stdout()[0] ?? ""), env);
});

test("runs in its folder", async () => {
  const folder = temporaryFolder();
  const run = started("pwd", { cwd: folder.path });
  await run.ended;
  folder.remove();
  assert.equal(run.stdout(), [folder.path]);
});

test("leads a process group of its own", async () => {
  const run = started(["ps", "-o", "pgid=", "-p", String(process.pid)]);
  const own = started("ps -o pgid= -p $$");
  await Promise.all([run.ended, own.ended]);
  assert.is(Number(own.stdout()[0]), own.pid);
  assert.is.not(Number(run.stdout()[0]), own.pid);
});

test("reads its payload from standard input, which is then closed", async () => {
  const input = JSON.stringify({ text: "x".repeat(1_000_000), sign: "'; rm -rf /" });
  const run = started("sha256sum; wc -c < /dev/stdin", { input });
  const expected = started(["sha256sum"], { input });
  await Promise.all([run.ended, expected.ended]);
  assert.is(run.stdout()[0], expected.stdout()[0]);
  const length = started("wc -c", { input });
  await length.ended;
  assert.is(Number(length.stdout()[0]), input.length);
});

test("without a payload has an empty standard input", async () => {
  const run = started("wc -c");
  assert.ok((await run.ended).ok);
  assert.is(Number(run.stdout()[0]), 0);
});

test("that does not read its payload is no worse for it", async () => {
  const input = "x".repeat(5_000_000);
  const outcomes = await Promise.all([
    started("exec 0<&-; sleep 0.1", { input }).ended,
    started("true", { input }).ended,
    started("head -c 10", { input }).ended,
  ]);
  assert.equal(
    outcomes.map(({ ok }) => ok),
    [true, true, true],
  );
});

test("that cannot be started says what is missing", async () => {
  const folder = folderOfNoPrograms();
  const at = (name: string) => join(folder.path, name);
  const reasonOf = async (command: string[], cwd = folder.path) => {
    const run = started(command, { cwd });
    const outcome = await run.ended;
    assert.equal([outcome.kind, outcome.ok, outcome.exitCode], ["not-started", false, null]);
    assert.equal([run.pid, run.lines], [0, []]);
    return outcome.reason ?? "";
  };
  assert.is(await reasonOf(["no-such-program"]), "cannot find program no-such-program: ENOENT");
  assert.is(await reasonOf(["./nowhere"]), "cannot find program ./nowhere: ENOENT");
  assert.match(await reasonOf(["./plain"]), /^cannot execute program \.\/plain: EACCES/);
  assert.match(await reasonOf(["./sub"]), /^cannot execute program \.\/sub: EACCES/);
  assert.match(await reasonOf(["./lost.sh"]), /interpreter that \.\/lost\.sh names/);
  assert.is(await reasonOf(["true"], at("gone")), `cannot enter the folder ${at("gone")}: ENOENT`);
  assert.is(
    await reasonOf(["true"], at("plain")),
    `cannot enter the folder ${at("plain")}: ENOTDIR`,
  );
  assert.match(await reasonOf(["echo", "x".repeat(200_000)]), /^cannot start echo: E2BIG/);
  assert.match(await reasonOf([]), /^cannot start /);
  folder.remove();
  folder.remove();
});

test("with a NUL byte is not started, and its value is not told", async () => {
  const argument = await started(["echo", "secret\0"]).ended;
  const environment = await started("true", { env: { PASSWORD: "secret\0" } }).ended;
  for (const { kind, reason = "" } of [argument, environment]) {
    assert.is(kind, "not-started");
    assert.match(reason, /null bytes/);
    assert.not.match(reason, /secret/);
  }
});

test.run();
