import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Config } from "../../src/config/config.ts";
import { runCase } from "../../src/review/cases.ts";
import { longestRun } from "../../src/review/together.ts";
import { slotsBetween } from "../../src/schedule/window.ts";
import { configOf } from "../support/config.ts";

const test = suite("tests of a file");

const JOBS = `version: 1
defaults: {timezone: Europe/Berlin, timeout: 10m, kill_after: 0s}
calendars: {closed: {dates: [2026-12-25], weekdays: [sun]}}
jobs:
  nightly: {cron: "30 2 * * *", run: date}
  halves: {cron: "*/30 2 * * *", run: date}
  reports: {cron: "0 8,13 * * *", run: date, except: [closed]}
  poll: {every: 5m, run: date}
  seconds: {cron: "* * * * * *", run: date, timeout: 1s}
  lord: {cron: "15 2 * * *", run: date, timezone: Australia/Lord_Howe}
  launch: {at: 2026-12-01T09:00, run: date}
  spread: {cron: "0 4 * * *", run: date, spread: 10m}
  season: {every: 1h, run: date, starts: 2026-12-01, ends: 2026-12-02}
  asleep: {cron: "0 12 * * *", run: date, paused: true}
tests:
`;

function faultsOf(line: string) {
  const config: Config = configOf(`${JOBS}  - ${line}\n`);
  return runCase(config.tests[0]!, config.jobs);
}

const passes = (line: string) => assert.equal(faultsOf(line), [], line);
function fails(line: string, ...expected: string[]) {
  const faults = faultsOf(line).map(({ what, expected, got }) => `${what}: ${expected} / ${got}`);
  assert.equal(faults, expected, line);
}

test("slots are local times of the day, or instants, in any order and all of them", () => {
  passes('{job: reports, day: 2026-12-24, slots: ["13:00", "08:00"]}');
  passes('{job: reports, day: 2026-12-24, slots: [2026-12-24T07:00Z, "13:00+01:00"]}');
  passes("{job: reports, day: 2026-12-25, slots: []}");
  passes("{job: launch, day: 2026-12-01, slots: [09:00]}");
  fails(
    '{job: reports, day: 2026-12-24, slots: ["08:00"]}',
    "slots: 2026-12-24T08:00:00+01:00 / 2026-12-24T08:00:00+01:00, 2026-12-24T13:00:00+01:00",
  );
  fails(
    "{job: reports, day: 2026-12-25, slots: [09:00]}",
    "slots: 2026-12-25T09:00:00+01:00 / no slot",
  );
});

test("in a long list only what is different is told", () => {
  const times = Array.from({ length: 24 }, (_, hour) => `"${String(hour).padStart(2, "0")}:00"`);
  const hourly = times.join(", ");
  passes(`{job: season, day: 2026-12-01, slots: [${hourly}]}`);
  const [fault] = faultsOf(
    `{job: season, day: 2026-12-01, slots: [${hourly.replace("07:00", "07:30")}]}`,
  );
  assert.is(
    fault!.got,
    "nothing at 2026-12-01T07:30:00+01:00; unexpected 2026-12-01T07:00:00+01:00",
  );
});

test("a time that a change of the clock takes away is told as such, and what fires instead", () => {
  passes('{job: nightly, day: 2026-03-29, slots: ["03:00"]}');
  fails(
    '{job: nightly, day: 2026-03-29, slots: ["02:30"]}',
    "slots: 02:30, which does not exist on that day in Europe/Berlin / 2026-03-29T03:00:00+02:00",
  );
  passes('{job: lord, day: 2026-10-04, slots: ["02:30"]}');
  passes('{job: nightly, day: 2027-03-28, slots: ["03:00"]}');
});

test("a time that comes twice may be either, and with an offset it is one of them", () => {
  passes('{job: nightly, day: 2026-10-25, slots: ["02:30"]}');
  passes('{job: nightly, day: 2026-10-25, slots: ["02:30+02:00"]}');
  fails(
    '{job: nightly, day: 2026-10-25, slots: ["02:30+01:00"]}',
    "slots: 2026-10-25T02:30:00+01:00 / 2026-10-25T02:30:00+02:00",
  );
  passes('{job: halves, day: 2026-10-25, slots: ["02:00", "02:00", "02:30", "02:30"]}');
  passes('{job: halves, day: 2027-10-31, slots: ["02:00", "02:30", "02:30+02:00", "02:00+01:00"]}');
  fails(
    '{job: nightly, day: 2026-10-25, slots: ["02:30", "02:30"]}',
    "slots: 02:30 (comes twice), 02:30 (comes twice) / 2026-10-25T02:30:00+02:00",
  );
});

test("a day has as many hours as it has: from its first instant to that of the next day", () => {
  passes("{job: poll, day: 2026-03-29, count: 276}");
  passes("{job: poll, day: 2026-10-25, count: 300}");
  passes("{job: lord, from: 2026-10-04, to: 2026-10-05, count: 1}");
});

test("the beginning is in the time that is looked at, the end is not", () => {
  passes("{job: poll, from: 2026-12-01T08:00, to: 2026-12-01T08:05, count: 1}");
  fails(
    "{job: poll, from: 2026-12-01T08:00, to: 2026-12-01T08:10, count: 3}",
    "count: 3 slots / 2: 2026-12-01T08:00:00+01:00, 2026-12-01T08:05:00+01:00",
  );
});

test("a gap is real time, exact or within bounds, and needs two slots", () => {
  passes("{job: nightly, from: 2026-12-01, to: 2026-12-08, gap: 1d}");
  passes("{job: nightly, from: 2026-03-27, to: 2026-04-01, gap: {min: 23h, max: 24h}}");
  fails(
    "{job: nightly, from: 2026-03-27, to: 2026-04-01, gap: 24h}",
    "gap: 1d / 23h30m between 2026-03-28T02:30:00+01:00 and 2026-03-29T03:00:00+02:00",
  );
  fails("{job: launch, day: 2026-12-01, gap: 1h}", "gap: 1h / one slot only, and no gap");
  fails("{job: launch, day: 2026-12-02, gap: {min: 1h}}", "gap: at least 1h / no slot at all");
});

test("none is none, with spread, starts and ends; and a paused job has its slots all the same", () => {
  passes("{job: season, from: 2026-11-01, to: 2026-12-01, none: true}");
  passes("{job: season, from: 2026-12-02, to: 2027-12-01, none: true}");
  passes("{job: spread, day: 2026-12-01, count: 1}");
  passes('{job: asleep, day: 2026-12-01, slots: ["12:00"]}');
  fails(
    "{job: reports, day: 2026-12-24, none: true, count: 2}",
    "none: no slot / 2026-12-24T08:00:00+01:00, 2026-12-24T13:00:00+01:00",
  );
});

test("a week of a job that is due every second is counted, and its slots are not kept", () => {
  passes("{job: seconds, from: 2026-12-01, to: 2026-12-08, count: 604800, gap: 1s}");
  const [fault] = faultsOf(
    "{job: seconds, from: 2026-12-01, to: 2026-12-08, slots: [2026-12-01T00:00]}",
  );
  assert.match(fault!.got, /^unexpected .* more$/);
});

test("jobs that may meet are told with their times; one after the other is fine", () => {
  passes("{never_together: [nightly, reports], from: 2026-12-01, to: 2027-01-01}");
  fails(
    "{never_together: [reports, poll], from: 2026-12-24T07:58, to: 2026-12-24T08:06}",
    "never_together: one after the other / poll of 2026-12-24T07:55:00+01:00 may run for 10m, until 2026-12-24T08:05:00+01:00, and reports is due at 2026-12-24T08:00:00+01:00",
    "never_together: one after the other / reports of 2026-12-24T08:00:00+01:00 may run for 10m, until 2026-12-24T08:10:00+01:00, and poll is due at 2026-12-24T08:00:00+01:00",
  );
});

test("jobs meet exactly where two of their longest runs have an instant in common", () => {
  const every = fc.constantFrom("7m", "11m", "30m", "1h");
  const timeout = fc.constantFrom("1m", "4m", "10m", "45m");
  const one = fc.record({ every, timeout, anchor: fc.integer({ min: 0, max: 59 }) });
  fc.assert(
    fc.property(one, one, fc.integer({ min: 1, max: 90 }), (a, b, minutes) => {
      const job = ({ every, timeout, anchor }: typeof a) =>
        `{every: ${every}, timeout: ${timeout}, kill_after: 0s, anchor: "2026-01-01T00:${String(anchor).padStart(2, "0")}", run: date}`;
      const { jobs, tests } = configOf(
        `version: 1\njobs:\n  a: ${job(a)}\n  b: ${job(b)}\ntests:\n  - {never_together: [a, b], from: 2026-12-01T10:00, to: "2026-12-01T${String(10 + Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}"}\n`,
      );
      const [window] = tests;
      const { from, to } = window!;
      const runs = ["a", "b"].map((name) => {
        const { schedule, task } = jobs.get(name)!;
        if (task.kind !== "run") throw new Error("it runs");
        const length = longestRun(task);
        return [...slotsBetween(schedule, from - length - 1, to - 1)].map(
          (slot) => [slot, slot + length] as const,
        );
      });
      const meets = runs[0]!.some(([start, end]) =>
        runs[1]!.some(([other, ends]) => {
          const [since, until] = [Math.max(start, other), Math.min(end, ends)];
          return since < until && since < to && until > from;
        }),
      );
      assert.is(runCase(window!, jobs).length > 0, meets);
    }),
    { numRuns: 200 },
  );
});

test.run();
