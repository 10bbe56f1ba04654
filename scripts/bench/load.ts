import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse } from "yaml";
import { type Loaded, loadText } from "../../src/config/load.ts";
import { type Bench, interleaved } from "./figures.ts";

/**
 * What loading a file costs, against what parsing its YAML costs alone, and what a job keeps in
 * memory. Each size is measured in a process of its own, with a clean heap between measurements.
 */
export async function run({ figure, signal }: Bench): Promise<void> {
  const results = new Map<number, Result>();
  for (const size of SIZES) {
    const result = await measureApart(size, signal);
    results.set(size, result);
    figure({ name: `time-${size}`, value: result.ms, unit: "ms" });
    figure({ name: `ratio-${size}`, value: result.ratio, unit: "x", goal: 1.3 });
    figure({ name: `heap-per-job-${size}`, value: result.heap, unit: "B", goal: 2048 });
  }
  const growth = results.get(100_000)!.ms / results.get(10_000)!.ms;
  figure({ name: "growth-10000-to-100000", value: growth, unit: "x", goal: 12 });
}

const SIZES = [1000, 10_000, 100_000];

interface Result {
  /** Time of a load, and how many times that of parsing alone. */
  ms: number;
  ratio: number;
  /** Bytes kept per job. */
  heap: number;
}

async function measureApart(size: number, signal: AbortSignal): Promise<Result> {
  const file = fileURLToPath(import.meta.url);
  const args = ["--expose-gc", "--max-old-space-size=4096", file, String(size)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { signal });
  return JSON.parse(stdout) as Result;
}

async function measure(size: number): Promise<Result> {
  const rounds = size >= 100_000 ? 3 : size >= 10_000 ? 11 : 21;
  // Both sides run hot: the compiler's warming up is no part of what is compared.
  const warm = makeText(2000);
  for (let round = 0; round < 3; round++) {
    load(warm);
    parse(warm, { uniqueKeys: false });
  }
  const heap = heapPerJob(size);
  const text = makeText(size);
  const { ratio, a } = await interleaved(
    rounds,
    () => timed(() => load(text)),
    () => timed(() => parse(text, { uniqueKeys: false })),
  );
  return { ms: a, ratio, heap };
}

function timed(work: () => unknown): number {
  gc!();
  const start = performance.now();
  work();
  return performance.now() - start;
}

function heapPerJob(size: number): number {
  gc!();
  const before = process.memoryUsage().heapUsed;
  const { config } = load(makeText(size));
  gc!();
  const kept = process.memoryUsage().heapUsed - before;
  if (config?.jobs.size !== size) throw new Error("the benchmark's own file is not valid");
  return kept / size;
}

function load(text: string): Loaded {
  return loadText(text, {
    file: "schedules.yml",
    role: "clock",
    environment: {},
    now: Date.UTC(2026, 9, 1),
  });
}

/** A file as a company of many customers has it. A fifth of the jobs has a pattern of its own. */
function makeText(size: number): string {
  const lines = [
    "version: 1",
    "namespace: bench",
    "defaults:",
    "  timezone: Europe/Berlin",
    "  timeout: 4m",
    "  env: {LANG: C.UTF-8, REGION: eu}",
    "jobs:",
  ];
  for (let index = 0; index < size; index++) lines.push(...jobLines(index, size));
  return `${lines.join("\n")}\n`;
}

const ZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo"];

function jobLines(index: number, size: number): string[] {
  const lines = [`  team-${index % 97}.job-${index}:`];
  if (index % 3 === 0) {
    lines.push("    # Asked for by the people in sales, who read it in the morning.");
    lines.push(`    description: Sends report ${index} to the people who asked for it.`);
  }
  lines.push(whenLine(index, size));
  const pattern = patternNumber(index, size);
  if (pattern % 4 === 0) {
    lines.push(`    timezone: ${ZONES[pattern % ZONES.length]}  # where the customer lives`);
  }
  lines.push(
    index % 2 === 0
      ? `    run: node tasks/report.js --since "$CLOCKD_SLOT" --customer ${index}`
      : `    run: [node, tasks/report.js, --customer, "${index}"]`,
  );
  if (index % 3 === 1) lines.push("    queue: reports");
  if (index % 4 === 1) lines.push("    env:", "      KIND: short", `      CUSTOMER: "${index}"`);
  if (index % 5 === 1) lines.push(`    payload: {kind: short, customer: ${index}, tags: [a, b]}`);
  if (index % 4 === 2) lines.push("    timeout: 3m");
  return lines;
}

function whenLine(index: number, size: number): string {
  const kind = index % 10;
  if (kind >= 9) return `    at: 2030-0${1 + (index % 9)}-11T0${index % 10}:00:00`;
  if (kind >= 6) return `    every: ${5 + (index % 55)}m`;
  const pattern = patternNumber(index, size);
  const [minute, hour] = [pattern % 60, 4 + (Math.floor(pattern / 60) % 20)];
  return `    cron: "${minute} ${hour} ${1 + (Math.floor(pattern / 1200) % 28)} * *"`;
}

/** 6 in 10 jobs are cron, and three of them share a pattern: a fifth of all is different. */
function patternNumber(index: number, size: number): number {
  const cronJob = Math.floor(index / 10) * 6 + Math.min(index % 10, 5);
  return cronJob % Math.ceil(size / 5);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(JSON.stringify(await measure(Number(process.argv[2]))));
}
