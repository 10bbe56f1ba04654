import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { githubAnnotation } from "../../src/commands/annotation.ts";
import { validate } from "../../src/commands/validate.ts";
import { temporaryFolder } from "../support/folder.ts";

const GOOD = "version: 1\njobs:\n  a: {every: 5m, run: date}\n";
const WARNED = `version: 1\njobs:\n  a: {every: 5m, run: date, env: {A: "\${NONE}"}}\n`;
const BAD = "version: 1\njobs:\n  a: {evry: 5m, run: date}\n  b: {at: 2020-01-01, run: date}\n";

const test = suite<{ folder: string; remove(): void }>("clockd validate");

test.before.each((context) => {
  const { path, remove } = temporaryFolder("validate");
  Object.assign(context, { folder: path, remove });
});
test.after.each(({ remove }) => remove());

function write(folder: string, name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

async function run(
  files: string[],
  {
    format = "text" as "text" | "json" | "github",
    strict = false,
    stdin = undefined as string | undefined,
  } = {},
) {
  const printed = { out: "", err: "" };
  const io = {
    out: (text: string) => void (printed.out += text),
    err: (text: string) => void (printed.err += text),
    environment: {},
    now: Date.UTC(2026, 9, 1),
    ...(stdin === undefined ? {} : { stdin: async () => Buffer.from(stdin) }),
  };
  return { code: await validate({ files, format, strict }, io), ...printed };
}

test("a good file ends with 0 and one line", async ({ folder }) => {
  const file = write(folder, "good.yml", GOOD);
  assert.equal(await run([file]), { code: 0, out: `${file}: 1 job, no problems\n`, err: "" });
  assert.equal(await run([file], { format: "json" }), { code: 0, out: "", err: "" });
});

test("warnings alone end with 0", async ({ folder }) => {
  const { code, out } = await run([write(folder, "warned.yml", WARNED)]);
  assert.is(code, 0);
  assert.match(out, /:3:38 warning CONFIG_UNSET_VARIABLE .*\n.*: 1 job, 1 warning\n$/);
});

test("an error in any of several files ends with 1, and all are checked", async ({ folder }) => {
  const [good, bad] = [write(folder, "good.yml", GOOD), write(folder, "bad.yml", BAD)];
  const { code, out } = await run([bad, good]);
  assert.is(code, 1);
  assert.equal(out.trimEnd().split("\n"), [
    `${bad}:3:7 error CONFIG_UNKNOWN_KEY unknown key "evry" (did you mean every?)`,
    `${bad}:4:11 warning SCHEDULE_PAST "2020-01-01" has passed: it will not fire`,
    `${bad}: 1 error, 1 warning`,
    `${good}: 1 job, no problems`,
  ]);
});

test("a file that cannot be read is an error like any other", async ({ folder }) => {
  const missing = join(folder, "none.yml");
  const { code, out } = await run([missing, write(folder, "good.yml", GOOD)]);
  assert.is(code, 1);
  assert.match(out, `${missing} error CONFIG_NOT_FOUND `);
  assert.match(out, "good.yml: 1 job, no problems");
});

test("with --json each problem is one line with exactly the documented fields", async ({
  folder,
}) => {
  const { code, out } = await run([write(folder, "bad.yml", BAD), join(folder, "none.yml")], {
    format: "json",
  });
  assert.is(code, 1);
  const problems = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.is(problems.length, 3);
  const fields = ["code", "column", "file", "level", "line", "message", "path"];
  for (const problem of problems) {
    assert.equal(
      Object.keys(problem)
        .filter((key) => key !== "hint")
        .sort(),
      fields,
    );
  }
  const { hint, path, line, column } = problems[0];
  assert.equal([hint, path, line, column], ["did you mean every?", "/jobs/a/evry", 3, 7]);
});

test("when strict, warnings alone end with 1", async ({ folder }) => {
  const files = [write(folder, "warned.yml", WARNED)];
  assert.is((await run(files, { strict: true })).code, 1);
  assert.is((await run([write(folder, "good.yml", GOOD)], { strict: true })).code, 0);
});

test("for GitHub each problem is an annotation at its line, and nothing else is printed", async ({
  folder,
}) => {
  const files = [write(folder, "bad.yml", BAD), join(folder, "none.yml")];
  const { code, out } = await run(files, { format: "github" });
  assert.is(code, 1);
  assert.equal(out.trimEnd().split("\n"), [
    `::error file=${files[0]},line=3,col=7,title=CONFIG_UNKNOWN_KEY::unknown key "evry" (did you mean every?)`,
    `::warning file=${files[0]},line=4,col=11,title=SCHEDULE_PAST::"2020-01-01" has passed: it will not fire`,
    `::error file=${files[1]},title=CONFIG_NOT_FOUND::there is no such file (check the path)`,
  ]);
});

test("no text of a file can end an annotation, or begin another one", async ({ folder }) => {
  const key = JSON.stringify("50%\r\n::error file=a,b::no");
  const file = write(folder, "a,b:c%.yml", `version: 1\njobs:\n  a: {${key}: 1}\n`);
  const { out } = await run([file], { format: "github" });
  const lines = out.trimEnd().split("\n");
  assert.ok(lines.length > 0 && lines.every((line) => /^::error file=/.test(line)));
  assert.match(lines.join("\n"), "/a%2Cb%3Ac%25.yml,line=3,");
  const annotation = { file: "f", line: 1, column: 1, code: "A:B,C", path: "", message: "a\r\n%b" };
  const shown = githubAnnotation({ ...annotation, level: "error", hint: "c\nd" });
  assert.is(shown, "::error file=f,line=1,col=1,title=A%3AB%2CC::a%0D%0A%25b (c%0Ad)");
});

test("- is standard input", async () => {
  assert.equal(await run(["-"], { stdin: GOOD }), {
    code: 0,
    out: "<stdin>: 1 job, no problems\n",
    err: "",
  });
  const { code, out } = await run(["-"], { stdin: BAD });
  assert.is(code, 1);
  assert.match(out, /^<stdin>:3:7 error CONFIG_UNKNOWN_KEY /);
});

test("no file, or no standard input to read, is wrong usage", async () => {
  for (const files of [[], ["-"]]) {
    const { code, out, err } = await run(files);
    assert.is(code, 2);
    assert.is(out, "");
    assert.match(err, /^validate: /);
  }
});

test.run();
