import type { Limits, RunTask, Starting } from "./config.ts";
import { error, type Finding } from "./finding.ts";
import { readDuration } from "./limits.ts";
import { joinPointer } from "./pointer.ts";
import { asMap, asText, asTexts, type Raw } from "./raw.ts";
import { formatSize, parseSize } from "./size.ts";

/** What a job, or `defaults`, says of how commands are started. What it does not say is not there. */
export type StartingFields = Omit<Starting, "inheritEnv" | "stdin"> & {
  inheritEnv?: boolean;
  stdin?: "payload" | "none";
};

type Report = (finding: Finding) => void;

/** Reads these fields of a job or of `defaults`; what has the wrong shape is as if it were not there. */
export function readStarting(raw: Raw, path: string, report: Report): StartingFields {
  const fields: StartingFields = {};
  const shell = readShell(raw.shell, `${path}/shell`, report);
  if (shell) fields.shell = shell;
  const [user, group] = [readName(raw.user), readName(raw.group)];
  if (user !== undefined) fields.user = user;
  if (group !== undefined) fields.group = group;
  const umask = asText(raw.umask);
  if (umask !== undefined && /^0?[0-7]{3}$/.test(umask)) fields.umask = umask.slice(-3);
  if (Number.isInteger(raw.nice)) fields.nice = raw.nice as number;
  const limits = readLimits(asMap(raw.limits), `${path}/limits`, report);
  if (Object.keys(limits).length > 0) fields.limits = limits;
  if (typeof raw.inherit_env === "boolean") fields.inheritEnv = raw.inherit_env;
  if (raw.stdin === "payload" || raw.stdin === "none") fields.stdin = raw.stdin;
  return fields;
}

/** What a job's command is started with; `limits` are merged key by key. The usual leaves no trace. */
export function startingOf(
  { command }: Pick<RunTask, "command">,
  fields: StartingFields,
  defaults: StartingFields,
): Starting {
  const { shell, inheritEnv, stdin, limits: _, ...rest } = { ...defaults, ...fields };
  const starting: Starting = rest;
  const limits = { ...defaults.limits, ...fields.limits };
  if (Object.keys(limits).length > 0) starting.limits = limits;
  if (shell && typeof command === "string" && !isUsual(shell)) starting.shell = shell;
  if (inheritEnv === false) starting.inheritEnv = false;
  if (stdin === "none") starting.stdin = "none";
  return starting;
}

/** Reports what does not go with the rest of a job with `run`. */
export function checkStarting(job: Raw, path: string, stdin: unknown, report: Report): void {
  if (job.shell !== undefined && Array.isArray(job.run)) {
    const message = '"shell" goes with a command that is text, this one is a list';
    const finding = error("CONFIG_MISPLACED_KEY", `${path}/shell`, "key", message);
    report({ ...finding, hint: "a list is executed as it is: write the command as text" });
  }
  if (job.payload !== undefined && stdin === "none") {
    const message = 'nothing reads "payload": "stdin" is none';
    const finding = error("CONFIG_MISPLACED_KEY", `${path}/payload`, "key", message);
    report({ ...finding, hint: "remove it, or give this job stdin: payload" });
  }
}

function isUsual(shell: readonly string[]): boolean {
  return shell.length === 2 && shell[0] === "/bin/sh" && shell[1] === "-c";
}

function readShell(value: unknown, path: string, report: Report): readonly string[] | undefined {
  const texts = asTexts(value);
  if (!texts) return undefined;
  const isList = Array.isArray(value);
  for (const [index, text] of texts.entries()) {
    if (!text.includes("\0")) continue;
    const place = isList ? joinPointer(path, index) : path;
    report(error("CONFIG_VALUE", place, "value", "a process cannot be given a NUL character"));
  }
  return isList ? texts : [...texts, "-c"];
}

function readName(value: unknown): string | undefined {
  return Number.isInteger(value) ? String(value) : asText(value);
}

/** Less is not enough for a shell to start a command with. bytes */
const LEAST_MEMORY = 16e6;
const MOST_MEMORY = 1024e9;

function readLimits(raw: Raw, path: string, report: Report): Limits {
  const limits: Limits = {};
  const memory = parseSize(asText(raw.memory) ?? "");
  if (memory !== undefined && memory >= LEAST_MEMORY && memory <= MOST_MEMORY) {
    limits.memory = memory;
  } else if (asText(raw.memory) && /^\d+[KMG]i?B$/.test(raw.memory as string)) {
    const bounds = `at least ${formatSize(LEAST_MEMORY)} and at most ${formatSize(MOST_MEMORY)}`;
    const message = `expected ${bounds}, got "${(raw.memory as string).slice(0, 40)}"`;
    report(error("CONFIG_VALUE", `${path}/memory`, "value", message));
  }
  const cpu = readDuration("cpu", raw.cpu, `${path}/cpu`, report);
  if (cpu !== undefined) limits.cpu = cpu;
  if (Number.isInteger(raw.open_files)) limits.openFiles = raw.open_files as number;
  return limits;
}
