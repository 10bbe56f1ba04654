import type { Config, Job } from "../../src/config/config.ts";
import { loadText } from "../../src/config/load.ts";
import { reviewConfigs } from "../../src/review/review.ts";
import type { Window } from "../../src/review/window.ts";
import { countBetween, slotsBetween } from "../../src/schedule/window.ts";
import { type Bench, interleaved } from "./figures.ts";
import { when } from "./simulate.ts";

/**
 * Comparing two files of 10,000 jobs over 30 days, beside working out their slots one by one: those of
 * every job; and, for information, those of every different schedule once.
 */
export async function run({ figure, signal }: Bench): Promise<void> {
  const [before, after] = [configOf(0), configOf(CHANGED)];
  const both = [before, after];
  const review = reviewConfigs(before, after, WINDOW);
  check(review);
  const jobs = both.flatMap((config) => [...config.jobs.values()]);
  const different = [...new Map(jobs.map((job) => [job.scheduleKey, job])).values()];
  const compare = () => timed(() => void reviewConfigs(before, after, WINDOW), signal);
  const byJob = await interleaved(ROUNDS, compare, () =>
    timed(() => enumerate(jobs, WINDOW), signal),
  );
  const bySchedule = await interleaved(ROUNDS, compare, () =>
    timed(() => enumerate(different, WINDOW), signal),
  );
  figure({ name: "jobs", value: after.jobs.size, unit: "jobs" });
  figure({ name: "schedules", value: different.length, unit: "schedules" });
  figure({ name: "slots", value: slotsOf(jobs), unit: "slots" });
  figure({ name: "time", value: byJob.a, unit: "ms" });
  figure({ name: "enumerating-jobs", value: byJob.b, unit: "ms" });
  figure({ name: "enumerating-schedules", value: bySchedule.b, unit: "ms" });
  figure({ name: "ratio-to-jobs", value: byJob.ratio, unit: "x", goal: 3 });
  figure({ name: "ratio-to-schedules", value: bySchedule.ratio, unit: "x" });
}

const JOBS = 10_000;
const CHANGED = 1000;
const FEW = 100;
const ROUNDS = 5;
const FROM = Date.UTC(2026, 10, 29);
const WINDOW: Window = { from: FROM, to: FROM + 30 * 86_400_000 };
const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney"];

/** `changed` jobs have another time; with some changed, some are gone and others new as well. */
function configOf(changed: number): Config {
  const gone = changed > 0 ? FEW : 0;
  const jobs: Record<string, object> = {};
  for (let index = gone; index < JOBS + gone; index++) {
    // Every hundredth job polls: most slots of such a file are theirs.
    const often = index % 100 === 0 ? { every: "5m" } : undefined;
    const isChanged = index % 10 === 5 && index < gone + changed * 10;
    const due = often ?? (isChanged ? otherThan(index) : when(index));
    jobs[`job-${index}`] = { run: `task ${index}`, timezone: ZONES[index % ZONES.length], ...due };
  }
  const { config, problems } = loadText(JSON.stringify({ version: 1, jobs }), {
    ...{ file: "schedules.yml", role: "clock", environment: {}, now: FROM },
  });
  if (config?.jobs.size === JOBS) return config;
  throw new Error(`the benchmark's own file is not valid: ${problems[0]?.message}`);
}

/** Another time for a job; one in five becomes one that polls. */
function otherThan(index: number) {
  const other = when(index + 1);
  const isSame = JSON.stringify(other) === JSON.stringify(when(index));
  return isSame || index % 50 === 5 ? { every: "5m" } : other;
}

/** It measures what it says only if the differences are those that were made. */
function check({ added, removed, changed }: ReturnType<typeof reviewConfigs>): void {
  const found = [added, removed, changed].map(({ length }) => length);
  if (found[0] === FEW && found[1] === FEW && found[2]! >= CHANGED * 0.99) return;
  throw new Error(`the benchmark's own files are different otherwise: ${found.join(", ")}`);
}

type Jobs = readonly Pick<Job, "schedule">[];

function enumerate(jobs: Jobs, { from, to }: Window): number {
  let slots = 0;
  for (const { schedule } of jobs)
    for (const _ of slotsBetween(schedule, from - 1, to - 1)) slots++;
  return slots;
}

function slotsOf(jobs: Jobs): number {
  const { from, to } = WINDOW;
  return jobs.reduce((sum, { schedule }) => sum + countBetween(schedule, from - 1, to - 1), 0);
}

/** ms of processor time: what else the machine does is no part of it. */
function timed(work: () => void, signal: AbortSignal): number {
  signal.throwIfAborted();
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}
