import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "./support/folder.ts";

const test = suite<{ folder: string; bin: string; remove(): void }>("npm install -g clockd");

test.before((context) => {
  const { path, remove } = temporaryFolder("npm");
  const env = { ...process.env, npm_config_cache: join(path, "cache"), npm_config_audit: "false" };
  const script = join(import.meta.dirname, "../scripts/npm-package.ts");
  const packed = execFileSync(process.execPath, [script, "--folder", path], {
    encoding: "utf8",
    env,
  });
  const prefix = join(path, "prefix");
  const install = ["install", "-g", "--offline", "--prefix", prefix, packed.trim()];
  execFileSync("npm", install, { env, stdio: "pipe" });
  Object.assign(context, { folder: path, bin: join(prefix, "bin/clockd"), remove });
});
test.after(({ remove }) => remove());

const run = (node: string[], bin: string, args: string[], cwd: string) => {
  const [program = "", ...before] = node;
  return spawnSync(program, [...before, bin, ...args], { cwd, encoding: "utf8" });
};

test("runs with Node 26, and brings no other packages", ({ folder, bin }) => {
  assert.match(run([process.execPath], bin, ["--version"], folder).stdout, /^clockd \d/);
  writeFileSync(join(folder, "schedules.yml"), `version: 1\njobs: {a: {every: 1s, run: "true"}}\n`);
  const { status, stderr } = run([process.execPath], bin, ["validate"], folder);
  assert.equal([status, stderr], [0, ""]);
  const packages = join(folder, "prefix/lib/node_modules");
  assert.equal(readdirSync(packages), ["clockd"]);
  assert.not(existsSync(join(packages, "clockd/node_modules")));
});

test("is found by its name, as a shell finds it", ({ folder, bin }) => {
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  const env = { ...process.env, PATH };
  const { status, stdout } = spawnSync(bin, ["validate"], { cwd: folder, env, encoding: "utf8" });
  assert.is(status, 0, stdout);
});

test("an older Node is told what it lacks, in one line", ({ folder, bin }) => {
  const old = olderNode() ?? [process.execPath, "--require", pretender(folder)];
  const { status, stdout, stderr } = run(old, bin, ["--version"], folder);
  assert.equal([status, stdout], [1, ""]);
  assert.match(stderr, /^clockd: this is Node \d+\.\S+, and clockd needs 26 or newer\. .*\n$/);
});

test("uses no words in its first file that an old Node does not know", () => {
  const first = readFileSync(join(import.meta.dirname, "../packaging/npm/clockd.cjs"), "utf8");
  assert.not.match(first, /=>|\b(const|let|class|import|async)\b|`|\?\?|\?\./);
});

/** A Node of this machine that is too old. */
function olderNode(): string[] | undefined {
  const folders = ["/usr/bin", "/usr/local/bin", ...(process.env.PATH ?? "").split(":")];
  for (const node of folders.map((folder) => join(folder, "node")).filter(existsSync)) {
    const { stdout } = spawnSync(node, ["-p", "process.versions.node"], { encoding: "utf8" });
    if (stdout !== "" && Number.parseInt(stdout, 10) < 26) return [node];
  }
  return undefined;
}

/** Where there is none: what makes this Node say that it is one. */
function pretender(folder: string): string {
  const file = join(folder, "pretend.cjs");
  writeFileSync(
    file,
    `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.0.0" } });`,
  );
  return file;
}

test.run();
