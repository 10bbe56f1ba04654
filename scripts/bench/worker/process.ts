import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../../test/support/folder.ts";
import { executable } from "../../../test/support/process.ts";
import { readLines } from "../log.ts";
import type { BareAnswer, BareRequest } from "./bare.ts";

/** A line of a worker's log. `at`: when it was written, ms UTC. */
export interface RunLine {
  event: string;
  at: number;
  fire: string;
  line: string;
}

export interface RunningWorker {
  pid: number;
  lines(): RunLine[];
  stop(): Promise<void>;
}

export interface WorkerSetting {
  url: string;
  namespace: string;
  /** YAML below `jobs:`. */
  jobs: string;
  concurrency: number;
}

const EVENTS = /"event":"(worker.taking|run.finished|run.output|run.skipped)"/;

/** The real command, its log in a file as under a service manager. */
export function startWorker({ url, namespace, jobs, concurrency }: WorkerSetting): RunningWorker {
  const folder = temporaryFolder("bench");
  const [file, log] = [join(folder.path, "schedules.yml"), join(folder.path, "log")];
  writeFileSync(file, `version: 1\nnamespace: ${namespace}\njobs:\n${jobs}`);
  const output = openSync(log, "w");
  const [command, ...first] = executable();
  const args = ["worker", "--config", file, "--broker", url, "--concurrency", `${concurrency}`];
  const child = spawn(command, [...first, ...args], { stdio: ["ignore", output, "inherit"] });
  closeSync(output);
  const exited = once(child, "exit");
  const reading = readLines<RunLine>(log, EVENTS);
  return {
    pid: child.pid!,
    lines: reading.lines,
    async stop() {
      child.kill("SIGTERM");
      await exited;
      reading.end();
      folder.remove();
    },
  };
}

export interface BareLoop {
  run(request: BareRequest): Promise<BareAnswer>;
  stop(): Promise<void>;
}

export async function startBare(): Promise<BareLoop> {
  const child: ChildProcess = fork(join(import.meta.dirname, "bare.ts"));
  await once(child, "message");
  return {
    async run(request) {
      child.send(request);
      const [answer] = await once(child, "message");
      return answer;
    },
    async stop() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}

/** `xargs -P`, one command for each line of its input. ms. */
export async function xargs({ command, count, atOnce }: BareRequest): Promise<number> {
  const began = performance.now();
  const args = ["-P", `${atOnce}`, "-n", "1", ...command];
  const child = spawn("xargs", args, { stdio: ["pipe", "ignore", "inherit"] });
  child.stdin.end("x\n".repeat(count));
  await once(child, "exit");
  return performance.now() - began;
}
