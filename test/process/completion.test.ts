import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "../support/folder.ts";
import { executable } from "../support/process.ts";
import { show } from "./shown.ts";

const test = suite<{ folder: string; remove(): void }>("completion in a real shell");

test.before.each((context) => {
  const { path, remove } = temporaryFolder("completion");
  Object.assign(context, { folder: path, remove });
  const quoted = executable().map((word) => `'${word}'`);
  writeFileSync(join(path, "clockd"), `#!/bin/sh\nexec ${quoted.join(" ")} "$@"\n`);
  chmodSync(join(path, "clockd"), 0o755);
  writeFileSync(
    join(path, "schedules.yml"),
    `version: 1\njobs:\n  reports: {every: 1h}\n  poll-orders: {every: 1h, run: "true"}\n`,
  );
});
test.after.each(({ remove }) => remove());

/** What bash offers after these words, of which the last is being typed. */
function bash(folder: string, ...words: string[]): string[] {
  const script = `source <(clockd completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
compopt() { echo "compopt $*"; }
_clockd clockd; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const args = ["--norc", "-c", script, "bash", "clockd", ...words];
  const printed = execFileSync("bash", args, { cwd: folder, env, encoding: "utf8" });
  return printed.split("\n").filter(Boolean);
}

test("bash completes commands, flags, and the jobs of the file that lies here", ({ folder }) => {
  assert.equal(bash(folder, "hist"), ["history"]);
  assert.equal(bash(folder, "worker", "--conc"), ["--concurrency"]);
  // The file has a job without a task: whoever mends it may complete its name all the same.
  assert.equal(bash(folder, "explain", ""), ["reports", "poll-orders"]);
});

test("bash leaves files to itself", ({ folder }) => {
  assert.equal(bash(folder, "--config", ""), ["compopt -o default"]);
});

test("there is a script for each shell, and no other", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout } = await show(["completion", shell]);
    assert.is(code, 0);
    assert.match(stdout[0]!, shell === "zsh" ? "#compdef clockd" : `${shell} completion`);
  }
  const { code, stderr } = await show(["completion", "csh"]);
  assert.is(code, 2);
  assert.match(stderr[0]!, '"bash", "zsh", "fish"');
});

test.run();
