import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "./support/folder.ts";

const test = suite("the bundle");

test("is one file that needs nothing beside it", () => {
  const folder = temporaryFolder("bundle");
  const bundle = join(folder.path, "clockd.cjs");
  const script = join(import.meta.dirname, "../scripts/build.ts");
  execFileSync(process.execPath, [script, "--outfile", bundle]);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [bundle, ...args], { cwd: folder.path, encoding: "utf8" });
  assert.match(run("--version").stdout, /^clockd \d/);
  writeFileSync(join(folder.path, "good.yml"), `version: 1\njobs: {a: {every: 1s, run: "true"}}\n`);
  writeFileSync(join(folder.path, "bad.yml"), `version: 1\njobs: {a: {evry: 1s, run: "true"}}\n`);
  const good = run("validate", "good.yml");
  assert.is(good.status, 0, good.stdout + good.stderr);
  assert.is(good.stderr, "");
  const bad = run("validate", "bad.yml");
  assert.is(bad.status, 1);
  assert.match(bad.stdout, "CONFIG_UNKNOWN_KEY");
  folder.remove();
});

test.run();
