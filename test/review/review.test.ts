import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Config } from "../../src/config/config.ts";
import { loadText } from "../../src/config/load.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { reviewConfigs } from "../../src/review/review.ts";

const test = suite("what a changed file means");

const FROM = Date.parse("2026-12-01T00:00Z");
const DAYS = 10;
const WINDOW = { from: FROM, to: FROM + DAYS * 86_400_000 };

function configOf(body: string): Config {
  const options = { file: "f.yml", role: "review" as const, environment: { SECRET: "s3cret" } };
  const { config, problems } = loadText(`version: 1\n${body}`, { ...options, now: FROM });
  if (config) return config;
  throw new Error(problems.map(formatProblem).join("\n"));
}

const review = (before: string, after: string, window = WINDOW) =>
  reviewConfigs(configOf(before), configOf(after), window);
const names = (jobs: { name: string }[]) => jobs.map(({ name }) => name);

test("a file beside itself has no differences", () => {
  const text =
    "jobs:\n  a: {every: 5m, run: date}\n  b: {cron: H 3 * * *, spread: 5m, run: date}\n";
  const { added, removed, renamed, changed, same, file } = review(text, text);
  assert.equal([added, removed, renamed, changed, file], [[], [], [], [], []]);
  assert.is(same, 2);
});

test("a change is told with what was in force before, be it written or a default", () => {
  const { changed } = review(
    "jobs:\n  a: {every: 5m, run: date}\n",
    "defaults: {timeout: 4m, timezone: Europe/Berlin}\njobs:\n  a: {every: 5m, run: date, queue: q, catch_up: {run: none}, retry: {attempts: 2}}\n",
  );
  assert.equal(
    changed[0]!.fields.map(({ field, old, new: now }) => `${field}: ${old} -> ${now}`).sort(),
    [
      "catch_up.run: latest -> none",
      "queue: default -> q",
      "retry.attempts: 1 -> 2",
      "retry.backoff: null -> exponential",
      "retry.delay: null -> 10s",
      "retry.jitter: null -> 0.1",
      "retry.max_delay: null -> 10m",
      "timeout: null -> 4m",
      "timezone: UTC -> Europe/Berlin",
    ],
  );
});

test("a job that is renamed keeps its slots, and the old key may stay", () => {
  const before = "jobs:\n  a: {cron: 0 3 * * *, run: date}\n";
  const after = "jobs:\n  b: {cron: 0 3 * * *, run: date, renamed_from: a}\n";
  const { renamed, added, removed } = review(before, after);
  assert.equal([names(renamed), renamed[0]!.was, added, removed], [["b"], "a", [], []]);
  assert.is(renamed[0]!.slots, undefined);
  assert.is(review(after, after).same, 1);
});

test("a rename that the file does not say is pointed out, also with another time", () => {
  const before = "jobs:\n  a: {cron: 0 3 * * *, run: a}\n  b: {cron: 0 3 * * *, run: b}\n";
  const after = "jobs:\n  x: {cron: 0 3 * * *, run: a}\n  y: {cron: 0 4 * * *, run: b}\n";
  const { likely } = review(before, after);
  assert.equal(likely, [
    { from: "a", to: "x" },
    { from: "b", to: "y" },
  ]);
  const twice = "jobs:\n  a: {every: 5m, run: a}\n  b: {every: 5m, run: a}\n";
  assert.equal(review(twice, "jobs:\n  c: {every: 5m, run: a}\n").likely, [], "which of the two?");
});

test("a job that is paused loses its slots, and one that goes on gains them", () => {
  const on = "jobs:\n  a: {cron: 0 3 * * *, run: date}\n";
  const off = "jobs:\n  a: {cron: 0 3 * * *, run: date, paused: true}\n";
  assert.is(review(on, off).changed[0]!.slots?.lost, DAYS);
  assert.is(review(off, on).changed[0]!.slots?.gained, DAYS);
  const moved = off.replace("0 3", "0 4");
  assert.is(review(off, moved).changed[0]!.slots, undefined, "it fires none before and after");
});

test("other days of a calendar are a change of the jobs that go by it, and of no others", () => {
  const file = (day: string) =>
    `calendars: {closed: {weekdays: [${day}]}}\njobs:\n  a: {cron: 0 3 * * *, run: date, except: [closed]}\n  b: {cron: 0 3 * * *, run: date}\n`;
  const { changed } = review(file("sat"), file("sun"));
  assert.equal(names(changed), ["a"]);
  assert.equal(changed[0]!.fields, [
    { field: "except", old: "[closed]", new: "[closed] (with other content)" },
  ]);
});

test("no variable's value and no address of a notice is told, though a change of it is", () => {
  const file = (env: string, hook: string) =>
    `broker: {url: "amqp://u:${hook}@h"}\njobs:\n  a: {every: 5m, run: date, env: {A: "${env}"}, on_failure: {webhook: "https://h/${hook}"}}\n`;
  const found = review(file(`\${SECRET}`, "x1"), file(`\${SECRET:-b}`, "x2"));
  assert.equal(found.changed[0]!.fields, [
    { field: "env.A", old: `\${SECRET}`, new: `\${SECRET:-b}` },
    { field: "on_failure", old: "webhook", new: "webhook (with other content)" },
  ]);
  assert.equal(found.file, [{ field: "broker.url", old: "a URL", new: "another URL" }]);
  assert.not.match(JSON.stringify(found), /s3cret|x1|x2/);
});

test("tests that are gone, or expect something else, are told of", () => {
  const file = (...tests: string[]) =>
    `jobs:\n  a: {every: 5m, run: date}\ntests: [${tests.join(", ")}]\n`;
  const [one, two] = [300, 288].map((count) => `{job: a, day: 2026-12-01, count: ${count}}`);
  const told = (before: string, after: string) => review(before, after).file;
  assert.equal(told(file(one!, two!), file(two!)), [
    { field: "tests", old: "2 tests", new: "1 test" },
  ]);
  assert.equal(told(file(one!), file(two!)), [
    { field: "tests", old: "1 test", new: "1 test (with other content)" },
  ]);
  assert.equal(told(file(one!, two!), file(one!, two!)), []);
});

test("daylight saving is told for slots that are new in it, and only within the window", () => {
  const file = (cron: string) =>
    `defaults: {timezone: Europe/Berlin}\njobs:\n  a: {cron: "${cron}", run: date}\n`;
  const at = (from: string) => ({ from: Date.parse(from), to: Date.parse(from) + 864_000_000 });
  const surprises = (from: string, cron: string) =>
    review(file("0 12 * * *"), file(cron), at(from)).changed[0]!.surprises.map(
      ({ effect }) => effect,
    );
  assert.equal(surprises("2027-03-20T00:00Z", "30 2 * * *"), [
    "02:30 does not exist: one slot at 2027-03-28T03:00:00+02:00 instead",
  ]);
  assert.equal(surprises("2026-10-20T00:00Z", "*/30 2 * * *"), [
    "02:00 and 02:30 come twice: a slot in both passes",
  ]);
  assert.equal(surprises("2026-12-01T00:00Z", "30 2 * * *"), []);
  assert.equal(surprises("2026-10-20T00:00Z", "*/15 * * * *"), [], "an hourly rhythm goes on");
});

test("the busiest minute is told before and after, with the jobs that meet there", () => {
  const before = "jobs:\n  a: {cron: 0 3 * * *, run: date}\n  b: {cron: 0 4 * * *, run: date}\n";
  const { busiest } = review(before, before.replace("0 4", "0 3"));
  assert.equal(busiest.before, { at: Date.parse("2026-12-01T03:00Z"), slots: 1, jobs: ["a"] });
  assert.equal(busiest.after, { at: Date.parse("2026-12-01T03:00Z"), slots: 2, jobs: ["a", "b"] });
  assert.is(review("jobs: {}\n", "jobs: {}\n").busiest.after, undefined);
});

test("a quarter of a year of a job that is due every second is compared without keeping its slots", () => {
  const quarter = { from: FROM, to: FROM + 90 * 86_400_000 };
  const file = (every: string) => `jobs:\n  a: {every: ${every}, run: date}\n`;
  const { arrayBuffers } = process.memoryUsage();
  const { slots } = review(file("1s"), file("2s"), quarter).changed[0]!;
  assert.equal([slots?.gained, slots?.lost], [0, 90 * 43_200]);
  assert.ok(process.memoryUsage().arrayBuffers - arrayBuffers < 16_000_000);
});

test.run();
