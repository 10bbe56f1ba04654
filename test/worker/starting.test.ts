import { readFileSync, statSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Confinement } from "../../src/worker/prelude.ts";
import { temporaryFolder } from "../support/folder.ts";
import { folderOfNoPrograms, started } from "./started.ts";

const test = suite("a command that is confined");

async function linesOf(command: string | string[], confinement: Confinement) {
  const run = started(command, { confinement });
  const { ok, reason } = await run.ended;
  assert.ok(ok, reason ?? run.lines.map(({ line }) => line).join("\n"));
  return run.stdout();
}

test("makes files with its own umask", async () => {
  const folder = temporaryFolder("umask");
  const run = started(["touch", "file"], { cwd: folder.path, confinement: { umask: "027" } });
  await run.ended;
  assert.is(statSync(join(folder.path, "file")).mode & 0o777, 0o640);
  folder.remove();
});

test("has exactly the niceness that was asked for", async () => {
  const nice = getPriority() + 3;
  assert.equal(await linesOf(["cut", "-d", " ", "-f19", "/proc/self/stat"], { nice }), [`${nice}`]);
  const same = getPriority();
  assert.equal(await linesOf("nice", { nice: same }), [`${same}`]);
});

test("is not started when it may not give way less than its worker", async () => {
  const confinement = { nice: getPriority() - 1 };
  const outcome = await started("nice", { confinement }).ended;
  if (outcome.kind === "exited") {
    // Whoever runs the tests has the right.
    assert.is(outcome.tail, `${confinement.nice}\n`);
  } else {
    assert.match(outcome.reason!, /^cannot set nice to -?\d+: this worker may not give way less/);
  }
});

test("has its limits, hard and soft", async () => {
  const limits = { memory: 64_000_000, cpu: 60_000, openFiles: 40 };
  const shown = await linesOf("ulimit -d; ulimit -S -t; ulimit -H -t; ulimit -n; ulimit -H -n", {
    limits,
  });
  assert.equal(shown, ["62500", "60", "65", "40", "40"]);
});

test("that computes for too long gets SIGXCPU, and its outcome says why", async () => {
  const confinement = { limits: { cpu: 1000 } };
  const busy = "while :; do :; done";
  const direct = await started(["/bin/sh", "-c", busy], { confinement }).ended;
  assert.equal([direct.kind, direct.ok, direct.signal], ["killed", false, "SIGXCPU"]);
  assert.is(direct.reason, "it used up its processor time: limits.cpu is 1s");
  const below = await started(`/bin/sh -c '${busy}'; exit $?`, { confinement }).ended;
  assert.equal([below.kind, below.exitCode], ["exited", 152]);
  assert.is(below.reason, direct.reason);
});

test("that asks for too much memory is refused it, and its outcome repeats what it said", async () => {
  const { execPath } = process;
  const hungry = ["-e", "const all = []; for (;;) all.push(Buffer.alloc(2 ** 24, 1))"];
  const limits = { memory: 800_000_000 };
  const outcome = await started([execPath, ...hungry], { confinement: { limits } }).ended;
  assert.is(outcome.ok, false);
  assert.match(outcome.reason!, /^its output says ".*memory.*": limits\.memory is 800MB$/i);
});

test("that opens too many files is refused them, and its outcome repeats what it said", async () => {
  const opening = ["-e", "for (;;) fs.openSync('/dev/null')"];
  const confinement = { limits: { openFiles: 64 } };
  const outcome = await started([process.execPath, ...opening], { confinement }).ended;
  assert.is(outcome.exitCode, 1);
  assert.match(outcome.reason!, /^its output says "(EMFILE|too many open files)": limits\.open_/i);
});

test("that ends well within its limits has no reason, whatever it says", async () => {
  const confinement = { limits: { memory: 64_000_000, openFiles: 40 } };
  const { ok, reason } = await started("echo out of memory, EMFILE", { confinement }).ended;
  assert.equal([ok, reason], [true, undefined]);
});

test("is executed as it is, whatever its arguments look like", async () => {
  const odd = ["$HOME; echo hacked", "`id`", "* ?", "", "it's", 'a"b', "-n", "a\nb", "ä"];
  const script = "console.log(JSON.stringify([process.argv.slice(1), process.env.ODD]))";
  const run = started([process.execPath, "-e", script, "--", ...odd], {
    env: { PATH: "/usr/bin:/bin", ODD: "$A `id`\nsecond 'line\"" },
    confinement: { umask: "022", nice: getPriority() + 1, limits: { openFiles: 100 } },
  });
  await run.ended;
  assert.equal(JSON.parse(run.stdout()[0] ?? ""), [odd, "$A `id`\nsecond 'line\""]);
});

test("keeps its number, its group, its input and its way to end", async () => {
  const confinement = { umask: "022", nice: getPriority() + 1, limits: { openFiles: 100 } };
  const own = started("echo $$; ps -o pgid= -p $$; cat", { confinement, input: "read me\n" });
  const { pid } = await own.ended;
  const shown = own.stdout().map((line) => line.trim());
  assert.equal(shown, [`${pid}`, `${pid}`, "read me"]);
  const killed = await started("kill -SEGV $$", { confinement }).ended;
  assert.equal([killed.kind, killed.signal], ["killed", "SIGSEGV"]);
  const late = await started(["sleep", "60"], { confinement, timeout: 50 }).ended;
  assert.equal([late.kind, late.signal], ["timed-out", "SIGTERM"]);
});

test("that cannot be started says what is missing, as one without these fields does", async () => {
  const folder = folderOfNoPrograms();
  const commands = [["no-such-program"], ["./nowhere"], ["./plain"], ["./sub"], ["./lost.sh"]];
  for (const command of [...commands, ["echo", "x".repeat(200_000)]]) {
    const { reason } = await started(command, { cwd: folder.path }).ended;
    const run = started(command, {
      cwd: folder.path,
      confinement: { umask: "022", nice: getPriority() + 1 },
    });
    const confined = await run.ended;
    assert.equal([confined.kind, confined.exitCode, confined.tail], ["not-started", null, ""]);
    assert.is(confined.reason, reason);
    assert.equal(run.lines, []);
  }
  folder.remove();
});

test("that exits like a shell which finds nothing did start all the same", async () => {
  const confinement = { umask: "022" };
  for (const code of [125, 126, 127]) {
    const command = `echo 'clockd-x: not found' >&2; exit ${code}`;
    const { kind, exitCode } = await started(command, { confinement }).ended;
    assert.equal([kind, exitCode], ["exited", code]);
  }
});

test("is not started with a limit above the worker's own", async () => {
  const hard = /^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
  const openFiles = Number(hard![1]) + 1;
  const asking = { confinement: { limits: { openFiles } } };
  const inner = started("ulimit -n", asking);
  const outcome = await inner.ended;
  if (outcome.kind === "exited") {
    // Whoever runs the tests may raise it.
    assert.equal(inner.stdout(), [`${openFiles}`]);
  } else {
    const reason = `cannot set limits.open_files to ${openFiles}: this worker's own limit is lower`;
    assert.ok(outcome.reason!.startsWith(reason), outcome.reason);
    assert.equal(inner.lines, []);
  }
});

test("given as text goes to the shell that the job names", async () => {
  const shell = ["/bin/bash", "-euo", "pipefail", "-c"];
  const strict = started(`echo \${BASH_VERSION:+bash}; false | true; echo reached`, { shell });
  assert.is((await strict.ended).exitCode, 1);
  assert.equal(strict.stdout(), ["bash"]);
  const lost = await started("true", { shell: ["/no/such/shell", "-c"] }).ended;
  assert.is(lost.reason, "cannot find program /no/such/shell: ENOENT");
});

test.run();
