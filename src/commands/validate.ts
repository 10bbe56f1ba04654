import type { Instant } from "../clock/time.ts";
import { fileBeside } from "../config/beside.ts";
import { decode, readConfigFile } from "../config/file.ts";
import { loadText } from "../config/load.ts";
import { formatProblem, hasErrors, type Problem, problemToJson } from "../config/problem.ts";

export interface ValidateOptions {
  /** Paths; `-` is standard input. */
  files: string[];
  /** One JSON object a problem, and nothing else. */
  json: boolean;
}

export interface ValidateIo {
  /** Each is given whole lines, with their line breaks. */
  out(text: string): void;
  err(text: string): void;
  environment: Readonly<Record<string, string | undefined>>;
  /** ms UTC */
  now: Instant;
  stdin?: () => Promise<Buffer>;
}

/** Checks files and prints their problems. 0: no errors; 1: errors in a file; 2: wrong usage. */
export async function validate(options: ValidateOptions, io: ValidateIo): Promise<0 | 1 | 2> {
  if (options.files.length === 0) {
    io.err("validate: name at least one file, or - for standard input\n");
    return 2;
  }
  if (options.files.includes("-") && !io.stdin) {
    io.err("validate: there is no standard input to read\n");
    return 2;
  }
  let failed = false;
  for (const file of options.files) {
    const { problems, jobs } = await check(file, io);
    for (const problem of problems) {
      io.out(`${options.json ? problemToJson(problem) : formatProblem(problem)}\n`);
    }
    if (!options.json) io.out(`${shownName(file)}: ${summary(problems, jobs)}\n`);
    failed ||= hasErrors(problems);
  }
  return failed ? 1 : 0;
}

async function check(file: string, io: ValidateIo): Promise<{ problems: Problem[]; jobs: number }> {
  const read =
    file === "-" ? decode(shownName(file), await io.stdin!()) : await readConfigFile(file);
  if (!("text" in read)) return { problems: [read], jobs: 0 };
  const { environment, now } = io;
  const { config, problems } = loadText(read.text, {
    file: shownName(file),
    role: "validate",
    environment,
    now,
    ...(file === "-" ? {} : { readFile: fileBeside(file) }),
  });
  return { problems, jobs: config?.jobs.size ?? 0 };
}

function shownName(file: string): string {
  return file === "-" ? "<stdin>" : file;
}

function summary(problems: readonly Problem[], jobs: number): string {
  const errors = problems.filter(({ level }) => level === "error").length;
  const warnings = problems.length - errors;
  const counts = [
    errors > 0 ? count(errors, "error") : count(jobs, "job"),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
    ...(problems.length === 0 ? ["no problems"] : []),
  ];
  return counts.join(", ");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
