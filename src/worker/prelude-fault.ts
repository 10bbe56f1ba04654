import type { Limits } from "../config/config.ts";
import { formatDuration } from "../config/duration.ts";
import { formatSize } from "../config/size.ts";
import type { Command } from "./command.ts";
import { whyNotStarted } from "./not-started.ts";

/** Tells what a prelude says of itself from what its command says. */
export interface PreludeEar {
  /** False: the line is the prelude's own, and not to be shown. */
  isCommands(line: string): boolean;
  /** Why the command did not start, as a sentence; undefined: it did. To be asked at its end. */
  fault(exitCode: number | null): string | undefined;
}

/** `mark` is nobody's but this attempt's, so that no command says it by chance. */
export function preludeEar(mark: string, command: Command): PreludeEar {
  let heard: string | undefined;
  return {
    isCommands(line) {
      if (!line.startsWith(mark)) return true;
      heard ??= line.slice(mark.length);
      return false;
    },
    fault(exitCode) {
      if (heard === undefined) return undefined;
      const [, what] = /^ (\w+)$/.exec(heard) ?? [];
      if (what !== undefined) return whyNotSet(what, command);
      return whyNotStarted(codeOf(heard, exitCode), command);
    },
  };
}

function whyNotSet(what: string, { confinement = {} }: Command): string {
  const { nice, limits = {} } = confinement;
  if (what === "nice") {
    return `cannot set nice to ${nice}: this worker may not give way less than it does itself`;
  }
  const to = limitText(what, limits);
  return `cannot set limits.${what} to ${to}: this worker's own limit is lower, and it may not raise it`;
}

/** A limit as a file says it. */
export function limitText(what: string, { memory = 0, cpu = 0, openFiles = 0 }: Limits): string {
  if (what === "memory") return formatSize(memory);
  return what === "cpu" ? formatDuration(cpu) : String(openFiles);
}

/** What the system would have said of the program, had it been asked directly. */
function codeOf(heard: string, exitCode: number | null): NodeJS.ErrnoException {
  const tooLong = /too long/i.test(heard);
  const code = tooLong ? "E2BIG" : exitCode === 126 ? "EACCES" : "ENOENT";
  return Object.assign(new Error(heard), { code });
}
