import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "./folder.ts";
import { until } from "./until.ts";

const RUNNER = fileURLToPath(new URL("../../scripts/test.ts", import.meta.url));
const HEAD = [
  `import { suite } from ${JSON.stringify(import.meta.resolve("uvu"))};`,
  'import { spawn } from "node:child_process";',
  'import { writeFileSync } from "node:fs";',
  'const test = suite("a suite");\n',
].join("\n");
const GOOD = 'test("passes", () => {});\n test.run();';

const test = suite("the test runner");

test("counts the tests of all files and ends with the sum", () => {
  const { code, lines } = run({
    "a.test.ts": GOOD,
    "deep/b.test.ts": `test("x", () => {}); ${GOOD}`,
  });
  assert.is(lines.at(-1), "3 passed, 0 failed");
  assert.is(code, 0);
});

test("runs only the files whose path has the word", () => {
  const { lines } = run({ "a.test.ts": GOOD, "b.test.ts": "broken(" }, "a.test");
  assert.is(lines.at(-1), "1 passed, 0 failed");
});

test("says so when no file has the word, and fails", () => {
  assert.is(run({ "a.test.ts": GOOD }, "nothing-like-it").code, 2);
});

test("shows what a failing test says, and counts the others as passed", () => {
  const failing = 'test("fails", () => { throw new Error("the pump is dry"); });';
  const { code, lines, text } = run({ "a.test.ts": `${failing} ${GOOD}` });
  assert.is(lines.at(-1), "1 passed, 1 failed");
  assert.match(text, "the pump is dry");
  assert.is(code, 1);
});

const falseGreens: Record<string, [source: string, reason: RegExp]> = {
  "a suite that is never run": ['test("passes", () => {});', /no suite was run/],
  "one of two suites that is never run": [
    `\nconst other = suite("other"); other("passes", () => {}); ${GOOD}`,
    /2 suites are made, 1 were run/,
  ],
  "a before that throws": [`test.before(() => { throw new Error(); }); ${GOOD}`, /1 of 1 tests/],
  "a suite without tests": ["test.run();", /it has no tests/],
  "a skipped test": [`test.skip("later", () => {}); ${GOOD}`, /1 skipped/],
  "a file with .only": ['test.only("this", () => {});\n test.run();', /\.only/],
  "tests left out by .only": [
    `test("that", () => {});\n test.only("this", () => {}); ${GOOD}`,
    /skip/,
  ],
  "a file that does not parse": ["const = 1;", /it exited with 1/],
  "a rejection after the last test": [
    `test.after(() => { setTimeout(() => Promise.reject(new Error("late")), 20); }); ${GOOD}`,
    /it exited with 1/,
  ],
  "a test that ends the process": [
    'test("x", () => process.exit(0)); test.run();',
    /exited with 1/,
  ],
  "a process that is killed": ['process.kill(process.pid, "SIGKILL");', /ended by SIGKILL/],
  "a file left behind": [
    `writeFileSync(process.env.TMPDIR + "/rubbish", ""); ${GOOD}`,
    /left behind the file rubbish/,
  ],
};

// All in one run: a start of the runner takes longer than a file.
test("says why of each false green, and fails", () => {
  const names = Object.keys(falseGreens);
  const files = Object.entries(falseGreens).map(([name, [source]]) => [fileOf(name), source]);
  const { code, lines, text } = run(Object.fromEntries(files));
  for (const name of names) {
    const reasons = lines.filter((line) => line.includes(`${fileOf(name)}: `)).join("\n");
    assert.match(reasons, falseGreens[name]![1], `${name}:\n${reasons}\n${text}`);
    assert.ok(
      lines.some((line) => line.startsWith("FAIL") && line.includes(fileOf(name))),
      name,
    );
  }
  assert.match(lines.at(-1)!, /^\d+ passed, \d+ failed$/);
  assert.is(code, 1);
});

function fileOf(name: string): string {
  return `${name.replaceAll(" ", "-")}.test.ts`;
}

test("ends a file that hangs, says which, and goes on with the next", () => {
  const hanging = `setInterval(() => {}, 1000); ${GOOD}`;
  const { lines, text } = run({ "a.test.ts": hanging, "b.test.ts": GOOD }, "", { HANGS: "1" });
  assert.match(text, /a\.test\.ts: it did not end/);
  assert.is(lines.at(-1), "2 passed, 1 failed");
});

test("names a process that a file leaves behind, and ends it", () => {
  const leaking = `
    const child = spawn("sleep", ["301"], { detached: true, stdio: "inherit" });
    child.unref();
    writeFileSync(process.env.NOTE, String(child.pid));
    ${GOOD}`;
  const home = temporaryFolder("note");
  const note = `${home.path}/pid`;
  const { lines, text } = run({ "a.test.ts": leaking }, "", { NOTE: note });
  assert.match(text, /left behind process \d+: sleep 301/);
  assert.is(lines.at(-1), "1 passed, 1 failed");
  assert.not.ok(isAlive(Number(readFileSync(note, "utf8"))));
  home.remove();
});

test("ends what it runs on Ctrl-C, and says how far it came", async () => {
  const home = write({
    "a.test.ts": `writeFileSync(process.env.NOTE, ""); setInterval(() => {}, 9);`,
  });
  const note = `${home.path}/started`;
  const runner = spawn(process.execPath, [RUNNER, "--folder", home.path], {
    env: { ...process.env, NOTE: note },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const output = runner.stdout.setEncoding("utf8").toArray();
  await until(() => existsSync(note), 10_000, "the file to run");
  runner.kill("SIGINT");
  const [code] = await once(runner, "close");
  assert.is(code, 130);
  assert.match((await output).join(""), /stopped before the end\n0 passed, 0 failed\n$/);
  home.remove();
});

test("leaves out the files that need RabbitMQ when asked to", () => {
  const needy = `\nimport { sharedBroker } from "./shared.ts"; ${GOOD}`;
  const { lines } = run({ "a.test.ts": GOOD, "b.test.ts": needy }, "--only-broker-free");
  assert.is(lines.at(-1), "1 passed, 0 failed");
});

function run(files: Record<string, string>, argument = "", env: Record<string, string> = {}) {
  const home = write(files);
  // Only the test of the limit may reach it, however busy the machine is.
  const limit = "HANGS" in env ? "2" : "60";
  const args = [RUNNER, "--folder", home.path, "--limit", limit, ...(argument ? [argument] : [])];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  home.remove();
  return { code: status, text: stdout + stderr, lines: stdout.trim().split("\n") };
}

function write(files: Record<string, string>) {
  const home = temporaryFolder("fixture");
  mkdirSync(`${home.path}/deep`);
  for (const [name, source] of Object.entries(files)) {
    writeFileSync(`${home.path}/${name}`, HEAD + source);
  }
  return home;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A dead process that its parent has not waited for yet still has a number, but no command.
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
}

test.run();
