import { createPlan } from "../../src/clock/plan.ts";
import type { Config } from "../../src/config/config.ts";
import { loadText } from "../../src/config/load.ts";
import { type Bench, interleaved, median } from "./figures.ts";

/**
 * A year of 10,000 jobs, run through the clock's own plan with no broker and no waiting: slots a
 * second, and whether a slot costs the same at the end of the year as at its beginning.
 */
export async function run({ figure, signal }: Bench): Promise<void> {
  const config = makeConfig();
  // Both sides run hot: the compiler's warming up is no part of what is compared.
  for (let month = 0; month < 4; month++) simulate(config, MONTH_MS, signal);
  const costs: number[] = [];
  let slots = 0;
  const { ratio } = await interleaved(
    ROUNDS,
    () => {
      const year = simulate(config, YEAR_MS, signal);
      slots = year.slots;
      costs.push(year.cost);
      return year.cost;
    },
    () => median(Array.from({ length: 5 }, () => simulate(config, MONTH_MS, signal).cost)),
  );
  figure({ name: "jobs", value: config.jobs.size, unit: "jobs" });
  figure({ name: "slots", value: slots, unit: "slots" });
  figure({ name: "slots-per-second", value: 1e6 / median(costs), unit: "1/s" });
  figure({ name: "seconds-a-year", value: (slots * median(costs)) / 1e6, unit: "s" });
  figure({ name: "cost-year-to-month", value: ratio, unit: "x", goal: 1.3 });
}

const START = Date.UTC(2026, 0, 1);
const MONTH_MS = 30 * 86_400_000;
const YEAR_MS = 365 * 86_400_000;
const ROUNDS = 5;

/**
 * Takes slot after slot as the clock does. `cost` is µs of processor time a slot, making the plan
 * included: what else the machine does is no part of it.
 */
function simulate(config: Config, length: number, signal: AbortSignal) {
  const began = process.cpuUsage();
  const plan = createPlan(config, START);
  let slots = 0;
  for (;;) {
    const first = plan.first();
    if (first === undefined || first.slot > START + length) break;
    const due = plan.takeDue(first.slot);
    slots += due.length;
    plan.advance(due);
    if (signal.aborted) break;
  }
  signal.throwIfAborted();
  const { user, system } = process.cpuUsage(began);
  return { slots, cost: (user + system) / slots };
}

const JOBS = 10_000;
const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney"];

function makeConfig(): Config {
  const jobs = Object.fromEntries(
    Array.from({ length: JOBS }, (_, index) => [
      `job-${index}`,
      { run: "true", timezone: ZONES[index % ZONES.length], ...when(index) },
    ]),
  );
  const { config, problems } = loadText(JSON.stringify({ version: 1, jobs }), {
    file: "schedules.yml",
    role: "clock",
    environment: {},
    now: START,
  });
  if (config?.jobs.size === JOBS) return config;
  throw new Error(`the benchmark's own file is not valid: ${problems[0]?.message}`);
}

/** Of 200 jobs 140 are daily or rarer, 56 are hourly or come three times a day, 4 every few minutes. */
export function when(index: number): { cron: string } | { every: string } {
  const minute = (index * 7) % 60;
  const hour = (index * 5) % 24;
  const kind = Math.floor(index / 5) % 200;
  if (kind < 90) return { cron: `${minute} ${hour} * * *` };
  if (kind < 120) return { cron: `${minute} ${hour} * * 1-5` };
  if (kind < 130) return { cron: `${minute} ${hour} ${1 + (index % 28)} * *` };
  if (kind < 135) return { cron: `${minute} ${hour} L * *` };
  if (kind < 140) return { cron: `${minute} ${hour} * * ${index % 7}` };
  if (kind < 153) return { cron: `${minute} * * * *` };
  if (kind < 160) return { every: "1h" };
  if (kind < 196) return { cron: `${minute} 8,13,18 * * *` };
  if (kind < 198) return { cron: "*/15 * * * *" };
  if (kind < 199) return { every: "10m" };
  return { cron: "*/5 8-18 * * 1-5" };
}
