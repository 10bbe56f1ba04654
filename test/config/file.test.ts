import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readConfigFile } from "../../src/config/file.ts";
import { formatProblem, type Problem } from "../../src/config/problem.ts";
import { temporaryFolder } from "../support/folder.ts";

const test = suite<{ folder: string; remove(): void }>("reading a file");

test.before.each((context) => {
  const { path, remove } = temporaryFolder("file");
  Object.assign(context, { folder: path, remove });
});
test.after.each(({ remove }) => remove());

async function problemOf(path: string): Promise<Problem> {
  const read = await readConfigFile(path);
  if ("text" in read) throw new Error("expected a problem, got the text");
  assert.ok(read.hint, "a problem says what to do next");
  assert.is(read.file, path);
  return read;
}

function write(folder: string, content: string | Buffer): string {
  const path = join(folder, "schedules.yml");
  writeFileSync(path, content);
  return path;
}

test("a file is read as it is, without a byte order mark", async ({ folder }) => {
  assert.equal(await readConfigFile(write(folder, "\uFEFFversion: 1\r\n# ä€😀\n")), {
    text: "version: 1\r\n# ä€😀\n",
  });
  assert.equal(await readConfigFile(write(folder, "")), { text: "" });
});

test("a missing file is said to be missing", async ({ folder }) => {
  assert.is((await problemOf(join(folder, "none.yml"))).code, "CONFIG_NOT_FOUND");
  assert.is((await problemOf(join(write(folder, ""), "below"))).code, "CONFIG_NOT_FOUND");
});

test("a folder is no file", async ({ folder }) => {
  mkdirSync(join(folder, "conf"));
  assert.is((await problemOf(join(folder, "conf"))).code, "CONFIG_NOT_A_FILE");
});

test("a pipe that nobody writes to is refused at once", async ({ folder }) => {
  execFileSync("mkfifo", [join(folder, "pipe")]);
  assert.is((await problemOf(join(folder, "pipe"))).code, "CONFIG_NOT_A_FILE");
});

test("a device and a socket are no files", async ({ folder }) => {
  assert.is((await problemOf("/dev/zero")).code, "CONFIG_NOT_A_FILE");
  const path = join(folder, "socket");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    assert.is((await problemOf(path)).code, "CONFIG_NOT_A_FILE");
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

test("a file over 32 MiB is refused without being read", async ({ folder }) => {
  const path = write(folder, "");
  truncateSync(path, 32 * 1024 * 1024 + 1);
  assert.is((await problemOf(path)).code, "CONFIG_TOO_LARGE");
});

test("the first byte that is not UTF-8 is pointed at", async ({ folder }) => {
  const start = Buffer.from("version: 1\n# ä€😀 and a real \uFFFD\njobs: ");
  const problem = await problemOf(write(folder, Buffer.concat([start, Buffer.from([0xe9, 0x20])])));
  assert.match(formatProblem(problem), /schedules\.yml:3:7 error CONFIG_NOT_UTF8 /);
  const first = await problemOf(write(folder, Buffer.from([0xff, 0xfe, 0x41, 0])));
  assert.match(formatProblem(first), /:1:1 error CONFIG_NOT_UTF8 /);
});

test("a NUL is pointed at", async ({ folder }) => {
  const problem = await problemOf(write(folder, "version: 1\na\0"));
  assert.match(formatProblem(problem), /:2:2 error CONFIG_NUL /);
});

test("a file that this user may not read is said to be so", async ({ folder }) => {
  const path = write(folder, "version: 1\n");
  chmodSync(path, 0);
  if (process.getuid?.() !== 0) {
    assert.is((await problemOf(path)).code, "CONFIG_NO_PERMISSION");
    return;
  }
  // Root may read everything: ask as somebody else, who is let into the folder.
  chmodSync(folder, 0o755);
  const module = new URL("../../src/config/file.ts", import.meta.url).href;
  const script = `const { readConfigFile } = await import(${JSON.stringify(module)});
    console.log((await readConfigFile(${JSON.stringify(path)})).code);`;
  const ids = ["--reuid=65534", "--regid=65534", "--clear-groups"];
  const command = [...ids, process.execPath, "--input-type=module", "-e", script];
  const answer = execFileSync("setpriv", command, { encoding: "utf8", cwd: "/" });
  assert.is(answer.trim(), "CONFIG_NO_PERMISSION");
});

test.run();
