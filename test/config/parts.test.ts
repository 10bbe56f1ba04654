import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadText } from "../../src/config/load.ts";
import type { Problem } from "../../src/config/problem.ts";

/**
 * A large file is read in parts. Every broken file must have the same problems when so many good
 * jobs come before or after it that it is read so.
 */
const PADDING = 1100;
const padding = Array.from(
  { length: PADDING },
  (_, index) => `  padding-${index}: {at: 2039-01-01, timezone: UTC, except: [], run: date}\n`,
).join("");

function load(text: string): Problem[] {
  const now = Date.UTC(2026, 9, 1);
  return loadText(text, { file: "f.yml", role: "validate", environment: {}, now }).problems;
}

/** The problems as they are when what is below `from` moves down. */
function moved(problems: readonly Problem[], from: number): Problem[] {
  const move = (line: number) => (line > from ? line + PADDING : line);
  return problems.map((problem) => ({
    ...problem,
    line: move(problem.line),
    message: problem.message.replace(
      /first on line (\d+)/,
      (_, line) => `first on line ${move(Number(line))}`,
    ),
  }));
}

const test = suite("files of many jobs");

const folder = join(import.meta.dirname, "../fixtures/config");
const JOBS = /^jobs:\n(?= {2}[^\s-])/m;
let [before, after] = [0, 0];

for (const file of readdirSync(folder).filter((name) => name.endsWith(".yml"))) {
  const text = readFileSync(join(folder, file), "utf8");
  const head = JOBS.exec(text);
  if (!head) continue;
  const end = head.index + head[0].length;
  const alone = load(text);
  before += 1;
  test(`${file} has the same problems after many jobs`, () => {
    const large = text.slice(0, end) + padding + text.slice(end);
    assert.equal(load(large), moved(alone, text.slice(0, end).split("\n").length - 1));
  });
  // More jobs after it can follow only where the file is whole, and jobs are its end.
  if (alone.some(({ code }) => code === "CONFIG_YAML") || !/\n {2}.*\n$/.test(text)) continue;
  after += 1;
  test(`${file} has the same problems before many jobs`, () => {
    assert.equal(load(text + padding), alone);
  });
}

test("most of the broken files are tried so", () => {
  assert.ok(before > 60 && after > 50, `${before} after, ${after} before many jobs`);
});

test("what comes before many jobs may be long", () => {
  const dates = Array.from(
    { length: 300 },
    (_, day) => `2030-01-${String(1 + (day % 28)).padStart(2, "0")}`,
  );
  const top = `version: 1\ncalendars:\n  closed: {dates: [${dates.join(", ")}]}\n`;
  assert.equal(load(`${top}jobs:\n${padding}`), []);
});

test("the config of a large file is that of its jobs, one by one, in their order", () => {
  const jobs = Array.from({ length: 1234 }, (_, index) =>
    index % 2 === 0
      ? `  job-${index}: {every: ${(index % 50) + 5}m, run: [echo, "${index}"], env: {N: ${index}.10}}\n`
      : `  # The ${index}th.\n  "${index}":\n    cron: "${index % 60} 4 * * *"\n    run: |\n      date\n      echo ${index}\n\n`,
  );
  const read = (text: string) => {
    const options = { file: "f.yml", role: "clock" as const, environment: {}, now: 0 };
    const { config, problems } = loadText(`version: 1\njobs:\n${text}`, options);
    assert.equal(problems, []);
    return [...config!.jobs.values()].map(({ name, scheduleKey, task }) => ({
      name,
      scheduleKey,
      task,
    }));
  };
  assert.equal(read(jobs.join("")), jobs.flatMap(read));
});

test("an anchor of one part can be used in another, and in what comes after the jobs", () => {
  const text = `version: 1\ndefaults: {env: &env {A: a}}\njobs:\n  first: &job {every: 5m, run: date, env: *env}\n${padding}  last: *job\nnamespace: shop\n`;
  const options = { file: "f.yml", role: "clock" as const, environment: {}, now: 0 };
  const { config, problems } = loadText(text, options);
  assert.equal(problems, []);
  assert.is(config?.jobs.size, PADDING + 2);
  assert.is(config?.namespace, "shop");
  assert.equal(config?.jobs.get("last")?.task, config?.jobs.get("first")?.task);
});

test("a file with directives, tags or anchors around its jobs is read as any other", () => {
  for (const head of [
    "%TAG ! tag:x,2000:\n---\nversion: 1\njobs:\n",
    "version: 1\njobs: &jobs\n",
  ]) {
    assert.equal(load(head + padding), []);
  }
  assert.equal(
    load(`version: 1\njobs: !all\n${padding}`).map(({ code, line }) => [code, line]),
    [["CONFIG_UNKNOWN_TAG", 2]],
  );
});

test.run();
