import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "./support/folder.ts";
import { type Clockd, runClockd } from "./support/process.ts";

const test = suite<{ folder: string; executable: string }>("the executable");
const home = temporaryFolder("executable");

test.before((context) => {
  context.folder = home.path;
  context.executable = process.env.CLOCKD_BIN ?? built(join(home.path, "built"));
});
test.after(() => home.remove());

/** Of the whole environment only where the tools of the build are. */
function built(outfile: string): string {
  const script = join(import.meta.dirname, "../scripts/build-binary.ts");
  const env = { PATH: process.env.PATH };
  execFileSync(process.execPath, [script, "--outfile", outfile], { env });
  return outfile;
}

test("needs no file beside it and no environment, and says nothing on standard error", ({
  folder,
  executable,
}) => {
  const alone = temporaryFolder("alone");
  copyFileSync(executable, join(alone.path, "clockd"));
  const run = (...args: string[]) =>
    spawnSync("./clockd", args, { cwd: alone.path, env: {}, encoding: "utf8" });
  const version = run("--version");
  assert.match(
    version.stdout,
    /^clockd \d+\.\d+\.\d+ \(commit \w+(-dirty)?, node v\d+\.\d+\.\d+\)\n$/,
  );
  assert.is(version.stderr, "");
  const [good, bad] = [join(folder, "good.yml"), join(folder, "bad.yml")];
  writeFileSync(good, `version: 1\njobs: {a: {every: 1s, run: "true"}}\n`);
  writeFileSync(bad, `version: 1\njobs: {a: {evry: 1s, run: "true"}}\n`);
  const accepted = run("validate", good);
  assert.is(accepted.status, 0, accepted.stdout + accepted.stderr);
  assert.is(accepted.stderr, "");
  const refused = run("validate", bad);
  assert.is(refused.status, 1);
  assert.match(refused.stdout, "CONFIG_UNKNOWN_KEY");
  alone.remove();
});

test("runs the command of a job, and is not Node to whoever sets Node's variables", async ({
  executable,
}) => {
  const folder = temporaryFolder("up");
  const job = `run: 'echo "options $NODE_OPTIONS"'`;
  writeFileSync(join(folder.path, "schedules.yml"), `version: 1\njobs: {a: {every: 1s, ${job}}}\n`);
  const up = started(executable, folder.path);
  try {
    const isOutput = ({ entry }: Clockd["lines"][number]) => entry.event === "run.output";
    const { entry } = await up.waitFor(isOutput, 10_000, "the output of a run");
    assert.is(entry.line, "options --require ./missing.js");
  } finally {
    assert.equal(await up.stop(), { code: 0, signal: null });
  }
  assert.equal(
    up.lines.filter(({ stream }) => stream === "stderr"),
    [],
  );
  folder.remove();
});

/** `runClockd` takes the executable from the environment. */
function started(executable: string, cwd: string): Clockd {
  const before = process.env.CLOCKD_BIN;
  process.env.CLOCKD_BIN = executable;
  try {
    return runClockd(["up"], { cwd, env: { NODE_OPTIONS: "--require ./missing.js" } });
  } finally {
    if (before === undefined) delete process.env.CLOCKD_BIN;
    else process.env.CLOCKD_BIN = before;
  }
}

test.run();
