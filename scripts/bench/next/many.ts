import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compileSchedule } from "../../../src/schedule/compile.ts";
import type { Schedule } from "../../../src/schedule/schedule.ts";

/** What very many jobs cost together. */
export interface Many {
  seconds: number;
  /** MB above the process before its first job, after collecting garbage. */
  heap: number;
  /** MB above the same, as it is at the end. */
  rss: number;
}

/** 100,000 jobs with 20,000 different patterns in 40 zones, in a process of their own. */
export async function measureMany(signal: AbortSignal): Promise<Many> {
  const args = ["--expose-gc", fileURLToPath(import.meta.url)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { signal });
  return JSON.parse(stdout) as Many;
}

function many(): Many {
  // Every tenth of them, so that they lie all around the world.
  const zones = Intl.supportedValuesOf("timeZone")
    .filter((_, index) => index % 10 === 0)
    .slice(0, 40);
  gc!();
  const before = memory();
  const start = performance.now();
  const schedules: Schedule[] = [];
  let slots = 0;
  for (let index = 0; index < 100_000; index++) {
    const round = Math.floor(index / 20_000);
    const schedule = compile(patternNumber(index % 20_000), zones[(index + round * 7) % 40]!);
    if (schedule.next(Date.UTC(2026, 0, 1)) !== undefined) slots++;
    schedules.push(schedule);
  }
  const seconds = (performance.now() - start) / 1000;
  gc!();
  const after = memory();
  if (slots !== schedules.length) throw new Error("a job has no slot");
  return { seconds, heap: after.heap - before.heap, rss: after.rss - before.rss };
}

function compile(pattern: string, timezone: string): Schedule {
  const compiled = compileSchedule({ timezone, cron: [pattern] });
  if ("problems" in compiled) throw new Error(`${pattern}: ${compiled.problems[0]?.message}`);
  return compiled.schedule;
}

const DATES = [
  ...["* * *", "* * 1-5", "* * MON", "1 * *", "15 * *", "L * *", "* * 5#2", "LW * *"],
  ...["1,15 * *", "* 1-6 *", "* * 6,0", "1 1,4,7,10 *", "* * FRI#L", "28-31 * *"],
];

/** A time of day, and after all 1,440 of them the next kind of date. */
function patternNumber(index: number): string {
  const dates = DATES[Math.floor(index / 1440)];
  return `${index % 60} ${Math.floor(index / 60) % 24} ${dates}`;
}

function memory() {
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: (heapUsed + external) / 1e6, rss: rss / 1e6 };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(many()));
