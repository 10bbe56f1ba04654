import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Config } from "../../src/config/config.ts";
import { loadOf } from "../../src/review/load.ts";
import { MINUTE_MS } from "../../src/review/minutes.ts";
import { slotsBetween } from "../../src/schedule/window.ts";
import { zoneNamed } from "../../src/schedule/zone.ts";
import { configOf } from "../support/config.ts";

const test = suite("the load of a file");

const DAY_MS = 86_400_000;
const berlin = zoneNamed("Europe/Berlin")!;
const utc = zoneNamed("UTC")!;

const jobsOf = (lines: string[]): Config["jobs"] =>
  configOf(
    `version: 1\njobs: ${lines.length === 0 ? "{}" : ""}\n${lines.map((line) => `  ${line}\n`).join("")}`,
  ).jobs;
const days = (from: string, count: number) => {
  const start = Date.parse(from);
  return { from: start, to: start + count * DAY_MS };
};
const herd = (count: number, more = "") =>
  Array.from(
    { length: count },
    (_, index) => `herd-${index}: {cron: "0 4 * * *", run: date${more}}`,
  );

test("hours are those of the wall clock, also where one comes twice or not at all", () => {
  const jobs = jobsOf([
    'a: {cron: "0 4 * * *", timezone: Europe/Berlin, run: date}',
    "b: {every: 1h, run: date}",
  ]);
  const autumn = loadOf(jobs, days("2026-10-24T22:00Z", 1.5), berlin);
  assert.equal(autumn.days[0]!.hours.slice(0, 6), [1, 1, 2, 1, 2, 1]);
  const spring = loadOf(jobs, days("2027-03-27T23:00Z", 1), berlin);
  assert.equal(spring.days[0]!.hours.slice(0, 6), [1, 1, 0, 1, 2, 1]);
  const half = jobsOf(['a: {cron: "15 4 * * *", timezone: Asia/Kolkata, run: date}']);
  assert.is(loadOf(half, days("2026-12-01T00:00Z", 7), zoneNamed("Asia/Kolkata")!).byHour[4], 7);
});

test("the longest silence lies between two slots, or reaches to an end of the time", () => {
  const jobs = jobsOf([
    'a: {cron: "10 0 8 * * *", run: date}',
    'b: {cron: "20 0 20 * * *", run: date}',
  ]);
  const { silence } = loadOf(jobs, days("2026-12-01T00:00Z", 3), utc);
  assert.equal(silence, {
    from: Date.parse("2026-12-01T08:00:10Z"),
    to: Date.parse("2026-12-01T20:00:20Z"),
  });
  const none = loadOf(jobsOf([]), days("2026-12-01T00:00Z", 1), utc);
  assert.equal([none.slots, none.busiest, none.silence], [0, [], days("2026-12-01T00:00Z", 1)]);
  const always = loadOf(jobsOf(["a: {every: 30s, run: date}"]), days("2026-12-01T00:00Z", 1), utc);
  assert.is(always.silence, undefined);
});

test("a herd is told what a spread would do, and it does just that", () => {
  const lines = [...herd(60), "poll: {every: 1h, run: date}"];
  const window = days("2026-12-01T00:00Z", 7);
  const { spreads, busiest } = loadOf(jobsOf(lines), window, utc);
  assert.is(busiest[0]!.slots, 61);
  const [advice] = spreads;
  assert.is(advice!.before, 61);
  assert.ok(advice!.jobs.length >= 60);
  const spread = `, spread: ${advice!.spread / 1000}s`;
  const isMember = (line: string) => advice!.jobs.includes(line.slice(0, line.indexOf(":")));
  const mended = lines.map((line) => (isMember(line) ? line.replace("}", `${spread}}`) : line));
  assert.is(loadOf(jobsOf(mended), window, utc).busiest[0]!.slots, advice!.after);
  assert.ok(advice!.after <= 20);
});

test("jobs that are spread already, that come too often, or are few get no advice", () => {
  const window = days("2026-12-01T00:00Z", 2);
  const adviceFor = (lines: string[]) => loadOf(jobsOf(lines), window, utc).spreads;
  assert.equal(adviceFor(herd(4)), []);
  assert.equal(adviceFor(herd(50, ", spread: 1h")), []);
  assert.equal(adviceFor(herd(50, ", paused: true")), []);
  const often = Array.from({ length: 20 }, (_, index) => `job-${index}: {every: 1m, run: date}`);
  assert.equal(adviceFor(often), []);
  const quarter = Array.from({ length: 20 }, (_, index) => `job-${index}: {every: 15m, run: date}`);
  assert.ok(adviceFor(quarter)[0]!.spread <= 450_000);
});

test("several herds are each told of, one after the other", () => {
  const second = herd(30).map((line) => line.replace("herd", "late").replace("0 4", "0 5"));
  const { spreads } = loadOf(jobsOf([...herd(40), ...second]), days("2026-12-01T00:00Z", 2), utc);
  assert.equal(
    spreads.map(({ jobs, before }) => [jobs.length, before]),
    [
      [40, 40],
      [30, 30],
    ],
  );
});

const one = fc.oneof(
  fc.constantFrom("7s", "20s", "90s", "17m", "1h").map((every) => `every: ${every}`),
  fc
    .constantFrom("0 4 * * *", "*/7 1-3 * * *", "30 10 2 * * *", "15 * * * 1")
    .map((cron) => `cron: "${cron}", timezone: Europe/Berlin`),
  fc.constant('at: ["2026-10-25T02:30", "2026-10-25T12:00"], timezone: Australia/Lord_Howe'),
);

test("counts, silence and the busiest minute are those of all slots in a row", () => {
  fc.assert(
    fc.property(
      fc.array(one, { maxLength: 3 }),
      fc.integer({ min: 1, max: 3000 }),
      (specs, minutes) => {
        const jobs = jobsOf(specs.map((spec, index) => `j${index}: {${spec}, run: date}`));
        const from = Date.parse("2026-10-24T20:00:30Z");
        const window = { from, to: from + minutes * 40_000 };
        const load = loadOf(jobs, window, berlin);
        const slots = [...jobs.values()].flatMap(({ schedule }) => [
          ...slotsBetween(schedule, from - 1, window.to - 1),
        ]);
        slots.sort((a, b) => a - b);
        assert.is(load.slots, slots.length);
        const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);
        for (const part of [load.byHour, load.hours.slots]) assert.is(sum(part), slots.length);
        const edges = [from, ...slots, window.to];
        const longest = Math.max(...edges.slice(1).map((at, index) => at - edges[index]!));
        if (longest < MINUTE_MS) assert.is(load.silence, undefined);
        else if (load.silence) assert.is(load.silence.to - load.silence.from, longest);
        const counts = Object.values(Object.groupBy(slots, (at) => Math.floor(at / MINUTE_MS)));
        assert.is(
          load.busiest[0]?.slots ?? 0,
          Math.max(0, ...counts.map((found) => found!.length)),
        );
      },
    ),
    { numRuns: 150 },
  );
});

test("a year of seconds takes the memory of its minutes, and herds of thousands no long time", () => {
  const seconds = jobsOf(["a: {every: 1s, run: date}", 'b: {cron: "*/30 * * * * *", run: date}']);
  const { slots } = loadOf(seconds, days("2026-01-01T00:00Z", 365), utc);
  assert.is(slots, 365 * 86_400 + 365 * 2880);
  const began = process.cpuUsage();
  const { spreads } = loadOf(jobsOf(herd(5000)), days("2026-12-01T00:00Z", 7), utc);
  const { user } = process.cpuUsage(began);
  assert.ok(spreads[0]!.after < 500);
  assert.ok(user < 10_000_000, `${user / 1e6} s`);
});

test.run();
