import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "./command.ts";

/** A sentence that says what to mend when the system refused to start `command`. */
export function whyNotStarted(error: Error, { command, shell, cwd }: Command): string {
  const { code = error.name } = error as NodeJS.ErrnoException;
  const folder = whyNoFolder(cwd);
  if (folder) return `cannot enter the folder ${cwd}: ${folder}`;
  const program = typeof command === "string" ? (shell?.[0] ?? "/bin/sh") : (command[0] ?? "");
  switch (code) {
    case "ENOENT":
      // The system says the same of a script whose first line names a missing interpreter.
      return program.includes("/") && exists(cwd, program)
        ? `cannot find the interpreter that ${program} names in its first line: ENOENT`
        : `cannot find program ${program}: ENOENT`;
    case "EACCES":
      return `cannot execute program ${program}: EACCES, it is no file with execute permission`;
    case "E2BIG":
      return `cannot start ${program}: E2BIG, its arguments and environment are too long`;
    case "ERR_INVALID_ARG_VALUE":
      // What follows "Received" is the value itself, which may be a secret.
      return `cannot start ${program}: ${error.message.split(" Received")[0]}`;
    default:
      return `cannot start ${program}: ${code}`;
  }
}

/** The code of what is wrong with the folder, or undefined. */
function whyNoFolder(cwd: string): string | undefined {
  try {
    if (!statSync(cwd).isDirectory()) return "ENOTDIR";
    accessSync(cwd, constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function exists(cwd: string, program: string): boolean {
  return statSync(resolve(cwd, program), { throwIfNoEntry: false }) !== undefined;
}
