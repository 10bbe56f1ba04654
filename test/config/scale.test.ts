import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadText } from "../../src/config/load.ts";

function load(text: string) {
  return loadText(text, {
    file: "f.yml",
    role: "clock",
    environment: {},
    now: Date.UTC(2026, 9, 1),
  });
}

/**
 * The least processor time of three runs, since what else the machine does only ever adds. ms of all
 * threads: the garbage collector's share must not hide.
 */
function timed(work: () => void): number {
  const times = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

/** Between eight times the time (linear) and sixty-four times (quadratic): the machine may be busy. */
const MUCH = 24;
/** What these catch takes minutes or never ends. ms. */
const AT_ONCE = 10_000;

const test = suite("files of unusual size");

test("eight times as many keys in a map take about eight times as long, not sixty-four", () => {
  const map = (keys: number) =>
    `version: 1\njobs:\n  a:\n    every: 5m\n    run: cat\n    payload:\n${Array.from(
      { length: keys },
      (_, index) => `      key-${index}: 1\n`,
    ).join("")}      key-7: 2\n`;
  const [small, large] = [map(5000), map(40_000)];
  assert.equal(
    load(large).problems.map(({ code, line }) => [code, line]),
    [["CONFIG_DUPLICATE_KEY", 40_007]],
  );
  const ratio = timed(() => load(large)) / timed(() => load(small));
  assert.ok(ratio < MUCH, `took ${ratio.toFixed(2)} times as long`);
});

test("a problem in each of many jobs is told for each, in linear time", () => {
  const jobs = (count: number) =>
    `version: 1\njobs:\n${Array.from(
      { length: count },
      (_, index) => `  job-${index}: {every: 5m, rnu: date}\n`,
    ).join("")}`;
  const { problems } = load(jobs(10_000));
  assert.is(problems.length, 10_000);
  assert.equal(
    problems.map(({ line }) => line),
    Array.from({ length: 10_000 }, (_, index) => index + 3),
  );
  const ratio = timed(() => load(jobs(10_000))) / timed(() => load(jobs(1250)));
  assert.ok(ratio < MUCH, `took ${ratio.toFixed(2)} times as long`);
});

for (const [what, text] of [
  ["lists in a line", "[".repeat(1_000_000)],
  ["maps in a line", "{a: ".repeat(250_000)],
  ["lists by their dashes", "- ".repeat(500_000)],
  ["explicit keys", "? ".repeat(500_000)],
] as const) {
  test(`a megabyte of nested ${what} is refused at once`, () => {
    const start = performance.now();
    const { problems } = load(text);
    const took = performance.now() - start;
    assert.equal(
      problems.map(({ code }) => code),
      ["CONFIG_TOO_DEEP"],
    );
    assert.ok(took < AT_ONCE, `took ${took.toFixed()} ms`);
  });
}

test("aliases that would be a billion values are refused at once", () => {
  const levels = Array.from({ length: 12 }, (_, level) => {
    const items = Array(10).fill(level === 0 ? "x" : `*a${level - 1}`);
    return `      - &a${level} [${items.join(", ")}]\n`;
  });
  const start = performance.now();
  const text = `version: 1\njobs:\n  a:\n    every: 5m\n    run: cat\n    payload:\n${levels.join("")}`;
  assert.equal(
    load(text).problems.map(({ code }) => code),
    ["CONFIG_ALIAS"],
  );
  assert.ok(performance.now() - start < AT_ONCE);
});

test("an alias in each of many jobs is fine", () => {
  const uses = Array.from({ length: 20_000 }, (_, index) => `  j${index}: *job\n`).join("");
  const job = "&job {every: 5m, run: [node, a.js], env: {A: a, B: b}}";
  const { config, problems } = load(`version: 1\njobs:\n  first: ${job}\n${uses}`);
  assert.equal(problems, []);
  assert.is(config?.jobs.size, 20_001);
});

test.run();
