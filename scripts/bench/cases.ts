import type { Config } from "../../src/config/config.ts";
import { loadText } from "../../src/config/load.ts";
import { runCase } from "../../src/review/cases.ts";
import { type Bench, median } from "./figures.ts";
import { when } from "./simulate.ts";

/** How many tests of a file run in a second: 5,000 of them, of all kinds, none of which fails. */
export async function run({ figure, signal }: Bench): Promise<void> {
  const text = makeText();
  const loads: number[] = [];
  const runs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    signal.throwIfAborted();
    const began = performance.now();
    const config = load(text);
    const loaded = performance.now();
    const failed = config.tests.filter((one) => runCase(one, config.jobs).length > 0).length;
    const done = performance.now();
    if (failed > 0) throw new Error(`${failed} of the benchmark's own tests failed`);
    if (round < WARM_UP) continue;
    loads.push(loaded - began);
    runs.push(done - loaded);
  }
  figure({ name: "cases", value: CASES, unit: "cases" });
  const perSecond = (CASES * 1000) / median(runs);
  figure({ name: "cases-per-second", value: perSecond, unit: "1/s", goal: 2000, atLeast: true });
  figure({ name: "run", value: median(runs), unit: "ms" });
  figure({ name: "load", value: median(loads), unit: "ms" });
}

const CASES = 5000;
const JOBS = 1000;
const ROUNDS = 9;
const WARM_UP = 2;
const NOW = Date.UTC(2026, 10, 29);
const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney"];

function makeText(): string {
  const jobs = Object.fromEntries(
    Array.from({ length: JOBS }, (_, index) => [
      `job-${index}`,
      { run: "true", timeout: "1m", timezone: ZONES[index % ZONES.length], ...when(index) },
    ]),
  );
  const tests = Array.from({ length: CASES }, (_, index) => caseOf(index));
  const fixed = {
    daily: { cron: "30 2 * * *", timezone: "Europe/Berlin", run: "true", timeout: "10m" },
    noon: { cron: "0 12 * * *", timezone: "Europe/Berlin", run: "true", timeout: "10m" },
    poll: { every: "5m", run: "true", timeout: "1m" },
  };
  return JSON.stringify({ version: 1, jobs: { ...jobs, ...fixed }, tests });
}

/** A day, a month or a year; each kind of expectation. */
function caseOf(index: number): object {
  const day = new Date(Date.UTC(2027, 0, 1 + (index % 80))).toISOString().slice(0, 10);
  const year = { from: "2027-01-01", to: "2028-01-01" };
  const job = `job-${index % JOBS}`;
  switch (index % 8) {
    case 0:
      return { job: "daily", day, slots: ["02:30"] };
    case 1:
      return { job: "noon", from: `${day}T12:01`, to: `${day}T23:00`, none: true };
    case 2:
      return { job: "poll", day, count: 288, gap: "5m" };
    case 3:
      return { job: "poll", ...year, count: 105_120 };
    case 4:
      return { job: "daily", from: "2027-01-01", to: "2027-02-01", count: 31, gap: "1d" };
    case 5:
      return { never_together: ["daily", "noon"], from: "2027-01-01", to: "2027-02-01" };
    case 6:
      return { never_together: [job, "daily"], from: "1999-01-01T00:00", to: "1999-01-01T00:01" };
    default:
      return { job: "noon", from: day, to: `${day}T12:01`, slots: [`${day}T12:00`] };
  }
}

function load(text: string): Config {
  const { config, problems } = loadText(text, {
    ...{ file: "schedules.yml", role: "validate", environment: {}, now: NOW },
  });
  if (config?.tests.length === CASES) return config;
  throw new Error(`the benchmark's own file is not valid: ${problems[0]?.message}`);
}
