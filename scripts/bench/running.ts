import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/folder.ts";
import type { Bench } from "./figures.ts";
import { readLines } from "./log.ts";

/** A line of the log. `at`: when it was written, ms UTC. */
export interface Logged {
  event: string;
  at: number;
  fire: string;
  slot: string;
  late: number;
  catchUp: boolean;
}

export interface RunningClock {
  pid: number;
  /** Every line so far of the events that were asked for. */
  lines(): Logged[];
  fires(): Logged[];
  signal(name: NodeJS.Signals): void;
  exited: Promise<unknown>;
  stop(): Promise<void>;
}

export interface ClockOptions {
  url: string;
  namespace: string;
  /** YAML below `jobs:`. */
  jobs: string;
}

/** So many jobs that are due at the same time. */
export function sameJobs(namespace: string, count: number, fields: string): string {
  const line = (n: number) => `  ${jobName(namespace, n)}: {${fields}, run: "true"}\n`;
  return Array.from({ length: count }, (_, n) => line(n)).join("");
}

export function jobName(namespace: string, n: number): string {
  return `${namespace}-${n}`;
}

/** The real command, its log in a file as under a service manager. */
export function startClock({ url, namespace, jobs }: ClockOptions): RunningClock {
  const folder = temporaryFolder("bench");
  const [file, log] = [join(folder.path, "schedules.yml"), join(folder.path, "log")];
  writeFileSync(file, `version: 1\nnamespace: ${namespace}\njobs:\n${jobs}`);
  const output = openSync(log, "w");
  const main = join(import.meta.dirname, "../../src/main.ts");
  const args = [main, "--config", file, "--broker", url];
  const child = spawn(process.execPath, args, { stdio: ["ignore", output, "inherit"] });
  closeSync(output);
  const exited = new Promise((resolve) => child.on("exit", resolve));
  const reading = readLines<Logged>(log, EVENTS);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    child.kill("SIGCONT");
    child.kill("SIGTERM");
    await exited;
    reading.end();
    folder.remove();
  };
  return {
    pid: child.pid!,
    lines: reading.lines,
    fires: () => reading.lines().filter(({ event }) => event === "fire.confirmed"),
    signal: (name) => void child.kill(name),
    exited,
    stop: () => (stopped ??= stop()),
  };
}

const EVENTS = /"event":"(fire.confirmed|clock.leading|clock.standing_by|slots.missed)"/;

/** Waits until the clock has logged so many fires. */
export function enough(bench: Bench, clock: RunningClock, count: number): Promise<void> {
  return waitUntil(bench, `${count} fires`, () => clock.fires().length >= count);
}

export function seen(clock: RunningClock, event: string): boolean {
  return clock.lines().some((line) => line.event === event);
}

/** Looks at a condition four times a second, or as often as is said (ms), for two minutes. */
export async function waitUntil(
  { signal }: Bench,
  what: string,
  holds: () => boolean,
  { every = 250, within = 120_000 } = {},
): Promise<void> {
  const deadline = performance.now() + within;
  while (!holds()) {
    if (signal.aborted) throw new Error("stopped");
    if (performance.now() > deadline) throw new Error(`no ${what} in ${within / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

/** Fields 14 and 15 of proc_pid_stat(5), in ticks of 1/100 s. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export function anonymousMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
