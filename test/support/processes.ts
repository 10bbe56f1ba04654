import { readdirSync, readFileSync } from "node:fs";

export interface FoundProcess {
  pid: number;
  /** Its command line, for a person. */
  command: string;
}

/**
 * The living processes that have `variable=value` (or `value.` and more) in the environment they
 * were started with: everything that a process started, however far down, unless it was given
 * another environment. Empty where there is no /proc.
 */
export function processesWith(variable: string, value: string): FoundProcess[] {
  const wanted = `\0${variable}=${value}`;
  return processIds().flatMap((pid) => {
    // The environment of a dead process that nobody has waited for yet is empty.
    const environment = `\0${read(`/proc/${pid}/environ`)}\0`;
    if (!environment.includes(`${wanted}\0`) && !environment.includes(`${wanted}.`)) return [];
    return [{ pid, command: read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim() }];
  });
}

function processIds(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // it has ended, or it belongs to somebody else
  }
}
