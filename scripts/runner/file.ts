import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type FoundProcess, processesWith } from "../../test/support/processes.ts";
import { until } from "../../test/support/until.ts";
import { judge, type Verdict } from "./verdict.ts";

/** The variable by which everything that a test file started is found again. */
const MARK = "CLOCKD_TEST_RUN";

/** How long what a file started may take to go, once the file has ended. */
const GRACE_MS = 2000;

export interface FileOptions {
  /** An empty folder for this run, which exists only during it. */
  folder: string;
  /** ms */
  limit: number;
  env: Readonly<Record<string, string>>;
  /** Aborted: the file is killed. */
  signal: AbortSignal;
}

export type FileReport = Verdict & { output: string; duration: number };

/**
 * Runs one test file in a process of its own, and kills what is left of it. Whatever it leaves
 * behind, processes or files in its temporary folder, is a failure.
 */
export async function runFile(file: string, options: FileOptions): Promise<FileReport> {
  const started = performance.now();
  const temporary = join(options.folder, "t");
  mkdirSync(temporary, { recursive: true });
  const mark = markOf(options.folder);
  try {
    const run = await runProcess(file, { ...options, mark, temporary });
    const verdict = judge(readFileSync(file, "utf8"), run);
    const left = await leftOver(mark, run.hung ? 0 : GRACE_MS);
    if (!run.hung) left.push(...readdirSync(temporary).map((name) => `the file ${name}`));
    return {
      ...verdict,
      failed: verdict.failed + left.length,
      reasons: [...verdict.reasons, ...left.map((what) => `it left behind ${what}`)],
      output: run.output,
      duration: performance.now() - started,
    };
  } finally {
    for (const { pid } of processesWith(MARK, mark)) kill(pid);
    rmSync(options.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A run inside a run (the runner's own tests) is part of the outer one. */
function markOf(folder: string): string {
  const outer = process.env[MARK];
  return outer === undefined ? folder : `${outer}.${folder}`;
}

async function runProcess(
  file: string,
  {
    folder,
    limit,
    env,
    signal,
    mark,
    temporary,
  }: FileOptions & { mark: string; temporary: string },
) {
  // To a file, not a pipe: what the test leaves running could hold a pipe open for ever.
  const path = join(folder, "output");
  const output = openSync(path, "w");
  const child = spawn(process.execPath, [file], {
    env: { ...environment(), ...env, [MARK]: mark, TMPDIR: temporary },
    stdio: ["ignore", output, output],
    detached: true,
  });
  closeSync(output);
  const killGroup = () => kill(-child.pid!);
  const timer = setTimeout(() => {
    hung = true;
    killGroup();
  }, limit);
  let hung = false;
  signal.addEventListener("abort", killGroup, { once: true });
  if (signal.aborted) killGroup();
  const [code, ended] = await once(child, "exit");
  clearTimeout(timer);
  signal.removeEventListener("abort", killGroup);
  return {
    output: stripVTControlCharacters(readFileSync(path, "utf8")),
    code,
    signal: ended,
    hung,
  };
}

/** Ours, without what would colour the output that is read afterwards. */
function environment(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, ...rest } = process.env;
  return { ...rest, NO_COLOR: "1" };
}

/** The processes that are still there after the grace, in words. */
async function leftOver(mark: string, graceMs: number): Promise<string[]> {
  const left = () => processesWith(MARK, mark);
  if (graceMs > 0) await until(() => left().length === 0, graceMs, "its processes").catch(() => {});
  return left().map(({ pid, command }: FoundProcess) => `process ${pid}: ${command}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it is gone
  }
}
