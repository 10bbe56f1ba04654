import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";

/**
 * The lines that a worker writes to its guard: `+GROUP START` for a process group that dies with the
 * worker, `-GROUP` when it has ended, and an empty line as a beat. `START` is that of its leader, or
 * empty where the system tells of none.
 */
export const BEAT = "\n";
export const registration = (group: number) => `+${group} ${startOf(group)}\n`;
export const release = (group: number) => `-${group}\n`;

/** How often a guard looks whether something was said, and a worker says something. ms */
export const BEAT_MS = 1000;

/**
 * So many looks in a row without a line, and the worker stands still. Looks, not time: of a machine
 * that was suspended, or a container that was frozen whole, the guard stood still too.
 */
export const SILENT_LOOKS = 8;

/**
 * The whole of a guard process: KILLs the registered process groups when the worker stands still,
 * and when `lines` end, which they do however the worker dies. Resolves then.
 *
 * It is loaded by a process that must be small: nothing else of clockd may be imported here.
 */
export function guardGroups(lines: Readable): Promise<void> {
  const starts = new Map<number, string>();
  let rest = "";
  let silent = 0;
  const killAll = () => {
    for (const [group, start] of starts) killGroup(group, start);
    starts.clear();
  };
  const timer = setInterval(() => {
    if (++silent >= SILENT_LOOKS) killAll();
  }, BEAT_MS);
  lines.on("data", (chunk: Buffer) => {
    silent = 0;
    const texts = (rest + chunk.toString("latin1")).split("\n");
    rest = texts.pop()!;
    for (const text of texts) note(starts, text);
  });
  // Of a pipe that failed no more is to be learnt than of one that ended.
  lines.on("error", () => {});
  return new Promise((resolve) => {
    lines.once("close", () => {
      clearInterval(timer);
      killAll();
      resolve();
    });
  });
}

function note(starts: Map<number, string>, line: string): void {
  const [, sign, group, start = ""] = /^([+-])(\d+)(?: (\d*))?$/.exec(line) ?? [];
  if (sign === "+") starts.set(Number(group), start);
  if (sign === "-") starts.delete(Number(group));
}

/** Not when another process has the leader's number by now: the group that is meant is gone then. */
function killGroup(group: number, start: string): void {
  const now = startOf(group);
  if (now !== "" && now !== start) return;
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** When a process was started, in the system's own count since its boot; empty when unknown. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The fields after the name, which may have blanks and brackets, begin with the third.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[22 - 3] ?? "";
  } catch {
    return "";
  }
}
