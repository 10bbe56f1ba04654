import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fileBeside } from "../../src/config/beside.ts";
import { readConfigFile } from "../../src/config/file.ts";
import { loadText } from "../../src/config/load.ts";
import { formatProblem } from "../../src/config/problem.ts";

/** Each `bad-NAME.yml` has its problems, as they are printed, in `bad-NAME.expected` beside it. */
const folder = join(import.meta.dirname, "../fixtures/config");
const files = readdirSync(folder).filter((file) => !file.endsWith(".ics"));

const SECRET = "a-secret-value";

async function problemsOf(file: string): Promise<string> {
  const read = await readConfigFile(join(folder, file));
  if (!("text" in read)) throw new Error(formatProblem(read));
  const { problems } = loadText(read.text, {
    file,
    role: "validate",
    environment: { SET: SECRET },
    now: Date.UTC(2026, 9, 1),
    readFile: fileBeside(join(folder, file)),
  });
  return problems.map((problem) => `${formatProblem(problem)}\n`).join("");
}

const test = suite("broken files");

const bad = files.filter((file) => /^bad-.*\.yml$/.test(file));

for (const file of bad) {
  test(`${file} has exactly its expected problems`, async () => {
    const expected = readFileSync(join(folder, file.replace(/yml$/, "expected")), "utf8");
    assert.is(await problemsOf(file), expected);
  });
}

for (const file of files.filter((name) => name.startsWith("good-"))) {
  test(`${file} has no problems`, async () => assert.is(await problemsOf(file), ""));
}

test("the example file has no problems", async () => {
  assert.is(await problemsOf("../../../schedules.example.yml"), "");
});

test("every file in the folder is a fixture or an expectation of one, and none is empty", () => {
  assert.ok(bad.length >= 60, `only ${bad.length}`);
  for (const file of files) {
    if (file.startsWith("good-")) continue;
    assert.ok(bad.includes(file.replace(/\.expected$/, ".yml")), `unexpected file ${file}`);
    if (file.endsWith(".expected")) assert.is.not(readFileSync(join(folder, file), "utf8"), "");
  }
});

test("no problem tells a variable's value", () => {
  const all = files.filter((file) => file.endsWith(".expected"));
  for (const file of all) {
    assert.not.ok(readFileSync(join(folder, file), "utf8").includes(SECRET), file);
  }
});

test.run();
