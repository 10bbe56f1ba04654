import type { Instant } from "../clock/time.ts";
import { fileBeside } from "../config/beside.ts";
import { decode, readConfigFile } from "../config/file.ts";
import { type Loaded, loadText } from "../config/load.ts";
import {
  formatProblem,
  hasErrors,
  type Problem,
  problemToJson,
  sortProblems,
} from "../config/problem.ts";
import { githubAnnotation } from "./annotation.ts";
import { isRefusal, type Refusal } from "./refusal.ts";

export interface ValidateOptions {
  /** Paths; `-` is standard input. */
  files: string[];
  /** `json`: one JSON object a problem, and nothing else; `github`: annotations of a workflow. */
  format: "text" | "json" | "github";
  /** Warnings fail too. */
  strict: boolean;
}

export interface ValidateIo {
  /** Each is given whole lines, with their line breaks. */
  out(text: string): void;
  err(text: string): void;
  environment: Readonly<Record<string, string | undefined>>;
  /** ms UTC */
  now: Instant;
  stdin?: () => Promise<Buffer>;
  /** What a broker has against a good file; without it no broker is asked. */
  askBroker?: AskBroker;
}

/** Checks one file against a broker: its problems, and sentences that are none. */
export type AskBroker = (
  file: string,
  loaded: Loaded,
) => Promise<{ problems: Problem[]; notes: string[] } | Refusal>;

/**
 * Checks files and prints their problems. 0: no errors; 1: errors in a file, or warnings when strict;
 * 2: wrong usage; 69: the broker that was to be asked cannot be reached.
 */
export async function validate(options: ValidateOptions, io: ValidateIo): Promise<number> {
  if (options.files.length === 0) {
    io.err("validate: name at least one file, or - for standard input\n");
    return 2;
  }
  if (options.files.includes("-") && !io.stdin) {
    io.err("validate: there is no standard input to read\n");
    return 2;
  }
  let failed = false;
  let code = 0;
  for (const file of options.files) {
    const loaded = await load(file, io);
    const asked = loaded.config && (await io.askBroker?.(shownName(file), loaded));
    const answer = asked && !isRefusal(asked) ? asked : { problems: [], notes: [] };
    const problems = sortProblems([...loaded.problems, ...answer.problems]);
    print(options, io, problems);
    if (options.format === "text") {
      for (const note of answer.notes) io.out(`${shownName(file)}: ${note}\n`);
      io.out(`${shownName(file)}: ${summary(problems, loaded.config?.jobs.size ?? 0)}\n`);
    }
    if (asked && isRefusal(asked)) {
      io.err(asked.message);
      code = asked.code;
    }
    failed ||= hasErrors(problems) || (options.strict && problems.length > 0);
  }
  return failed ? 1 : code;
}

function print({ format }: ValidateOptions, io: ValidateIo, problems: readonly Problem[]): void {
  const show = { text: formatProblem, json: problemToJson, github: githubAnnotation }[format];
  for (const problem of problems) io.out(`${show(problem)}\n`);
}

async function load(file: string, io: ValidateIo): Promise<Loaded> {
  const read =
    file === "-" ? decode(shownName(file), await io.stdin!()) : await readConfigFile(file);
  if (!("text" in read)) return { problems: [read] };
  const { environment, now } = io;
  return loadText(read.text, {
    file: shownName(file),
    role: "validate",
    environment,
    now,
    ...(file === "-" ? {} : { readFile: fileBeside(file) }),
  });
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
