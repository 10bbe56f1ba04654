import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadText } from "../../src/config/load.ts";
import { formatText } from "../../src/format/format.ts";
import { temporaryFolder } from "../support/folder.ts";
import { runClockd } from "../support/process.ts";
import { show } from "./shown.ts";

const test = suite<{ cwd: string; remove(): void }>("clockd import, init, fmt and schema");

test.before.each((context) => {
  const { path, remove } = temporaryFolder("write");
  Object.assign(context, { cwd: path, remove });
});
test.after.each(({ remove }) => remove());

test("a crontab on standard input becomes a file that is valid at once", async ({ cwd }) => {
  const input = "30 4 * * * /opt/backup.sh\n";
  const { code, stdout, stderr } = await show(["import", "crontab", "-"], { cwd, input });
  assert.equal([code, stderr], [0, ["clockd: 1 job carried over, 0 not"]]);
  const checked = await show(["validate", "-"], { cwd, input: stdout.join("\n") });
  assert.equal([checked.code, checked.stdout], [0, ["<stdin>: 1 job, no problems"]]);
});

test("a job that cannot be carried over is exit code 1, with its line, and the rest is written", async ({
  cwd,
}) => {
  writeFileSync(join(cwd, "old"), "@reboot /bin/a\n* * * * * /bin/b\n");
  const args = ["import", "crontab", "old", "--output", "new.yml"];
  const { code, stdout, stderr } = await show(args, { cwd });
  assert.equal([code, stdout], [1, []]);
  assert.match(
    stderr[0]!,
    /^old:1 not carried over: clockd has no schedule for the start of a machine/,
  );
  assert.match(readFileSync(join(cwd, "new.yml"), "utf8"), "#   @reboot /bin/a");
  const again = await show(args, { cwd });
  assert.equal(
    [again.code, again.stderr[0]],
    [1, "clockd: new.yml is there already: give --force to replace it"],
  );
  const json = await show(["import", "crontab", "old", "--json"], { cwd });
  const { jobs, left } = JSON.parse(json.stdout[0]!);
  assert.equal([jobs.length, left[0].line], [1, 1]);
});

test("a file of another kind, or none, is exit code 78 and writes nothing", async ({ cwd }) => {
  writeFileSync(join(cwd, "binary"), Buffer.from([0xff, 0xfe, 0, 1]));
  writeFileSync(join(cwd, "nul"), "a\0b");
  writeFileSync(join(cwd, "page.html"), "<html>\n");
  for (const [kind, file, expected] of [
    ["crontab", "none", /^none error CONFIG_NOT_FOUND/],
    ["celery", "binary", /^binary:1:1 error CONFIG_NOT_UTF8/],
    ["heroku", "nul", /CONFIG_NUL/],
    ["crontab", "page.html", /^page.html error IMPORT_NOT_THIS_KIND is no crontab/],
  ] as const) {
    const { code, stderr } = await show(["import", kind, file, "--output", "new.yml"], { cwd });
    assert.equal([code, existsSync(join(cwd, "new.yml"))], [78, false], `${kind} ${file}`);
    assert.match(stderr[0]!, expected);
  }
  assert.is((await show(["import", "systemd", "x"], { cwd })).code, 2);
});

test("init writes a file that is valid, in style and runs at once, and never replaces one", async ({
  cwd,
}) => {
  const first = await show(["init"], { cwd });
  assert.is(first.code, 0);
  assert.match(first.stdout.join("\n"), "clockd up");
  const written = readFileSync(join(cwd, "schedules.yml"), "utf8");
  const options = { file: "x", role: "validate", environment: {}, now: Date.now() } as const;
  assert.equal(loadText(written, options).problems, []);
  assert.equal(formatText(written, "x"), { text: written });
  const up = runClockd(["up"], { cwd });
  await up.waitFor(({ text }) => text.includes("hello, due at"), 20_000, "the first job");
  assert.is((await up.stop()).code, 0);
  writeFileSync(join(cwd, "schedules.yml"), "mine");
  const second = await show(["init"], { cwd });
  assert.equal([second.code, readFileSync(join(cwd, "schedules.yml"), "utf8")], [1, "mine"]);
  assert.match(second.stderr[0]!, "schedules.yml is there already: give --force");
});

test("fmt writes what is out of style, names it, and keeps rights and links", async ({ cwd }) => {
  const file = join(cwd, "real.yml");
  writeFileSync(file, "version:   1\njobs: {a: {every: 1h,  run: 'date'}}\n");
  chmodSync(file, 0o640);
  symlinkSync("real.yml", join(cwd, "schedules.yml"));
  assert.equal(await show(["fmt", "--check"], { cwd }), {
    code: 1,
    stdout: ["schedules.yml"],
    stderr: [],
  });
  assert.equal((await show(["fmt"], { cwd })).stdout, ["schedules.yml"]);
  const style = "version: 1\njobs: {a: {every: 1h, run: date}}\n";
  assert.equal([readFileSync(file, "utf8"), statSync(file).mode & 0o777], [style, 0o640]);
  assert.equal(await show(["fmt"], { cwd }), { code: 0, stdout: [], stderr: [] });
  const piped = await show(["fmt", "-"], { cwd, input: "version:  1\n" });
  assert.equal([piped.code, piped.stdout], [0, ["version: 1"]]);
});

test("a file with syntax errors is left as it is, with its problems and exit code 78", async ({
  cwd,
}) => {
  const text = "version: 1\njobs: {a: [\n";
  writeFileSync(join(cwd, "bad.yml"), text);
  writeFileSync(join(cwd, "good.yml"), "version:  1\n");
  const { code, stdout, stderr } = await show(["fmt", "bad.yml", "good.yml"], { cwd });
  assert.equal([code, stdout], [78, ["good.yml"]]);
  assert.match(stderr[0]!, /^bad\.yml:\d+:\d+ error CONFIG_YAML/);
  assert.is(readFileSync(join(cwd, "bad.yml"), "utf8"), text);
});

test("schema prints what editors need, in one line if it must be", async ({ cwd }) => {
  const { stdout } = await show(["schema"], { cwd });
  assert.is(JSON.parse(stdout.join("\n")).$id, "urn:clockd:schedules:1");
  assert.is((await show(["schema", "--compact"], { cwd })).stdout.length, 1);
});

test.run();
