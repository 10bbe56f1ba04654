import type { Readable } from "node:stream";
import { hasVariable, processIds, statOf } from "./process-stat.ts";

/**
 * The lines that a worker writes to its guard. An empty one is a beat. `?VARIABLE`: a process with this
 * `NAME=value` in its environment is being started, to lead a session of its own; holds until the
 * next line. `+GROUP START`: this process group dies with the worker. `START` is that of its leader,
 * or empty where the system tells of none. `-GROUP`: it has ended.
 */
export const BEAT = "\n";
export const announcement = (variable: string) => `?${variable}\n`;
export const registration = (group: number) => `+${group} ${statOf(group)?.start ?? ""}\n`;
export const release = (group: number) => `-${group}\n`;

/** How often a guard looks whether something was said, and a worker says something. ms */
export const BEAT_MS = 1000;

/**
 * So many looks in a row without a line, and the worker stands still. Looks, not time: of a machine
 * that was suspended, or a container that was frozen whole, the guard stood still too.
 */
export const SILENT_LOOKS = 8;

interface Known {
  worker: number;
  /** The start of each registered group's leader. */
  starts: Map<number, string>;
  announced: string | undefined;
}

/**
 * The whole of a guard process: KILLs the registered process groups, and what was being started,
 * when its parent, the worker, stands still, and when `lines` end, which they do however the worker
 * dies. Resolves then.
 *
 * It is loaded by a process that must be small: import nothing here that does more.
 */
export function guardGroups(lines: Readable): Promise<void> {
  const known: Known = { worker: process.ppid, starts: new Map(), announced: undefined };
  let rest = "";
  let silent = 0;
  const timer = setInterval(() => {
    if (++silent >= SILENT_LOOKS) killAll(known);
  }, BEAT_MS);
  lines.on("data", (chunk: Buffer) => {
    silent = 0;
    const texts = (rest + chunk.toString("utf8")).split("\n");
    rest = texts.pop()!;
    for (const text of texts) note(known, text);
  });
  // Of a pipe that failed no more is to be learnt than of one that ended.
  lines.on("error", () => {});
  return new Promise((resolve) => {
    const over = () => {
      clearInterval(timer);
      killAll(known);
      resolve();
    };
    lines.once("close", over);
    // What is no pipe, such as /dev/null, ends and is never closed.
    lines.once("end", over);
  });
}

function note(known: Known, line: string): void {
  known.announced = line.startsWith("?") ? line.slice(1) : undefined;
  const [, sign, group, start = ""] = /^([+-])(\d+)(?: (\d*))?$/.exec(line) ?? [];
  if (sign === "+") known.starts.set(Number(group), start);
  if (sign === "-") known.starts.delete(Number(group));
}

function killAll(known: Known): void {
  for (const [group, start] of known.starts) {
    const now = statOf(group)?.start;
    // Another process has the leader's number by now: the group that is meant is gone.
    if (now !== undefined && now !== start) continue;
    killGroup(group);
  }
  known.starts.clear();
  if (known.announced !== undefined) newborns(known.worker, known.announced).forEach(killGroup);
  known.announced = undefined;
}

function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/**
 * What a worker has started and could not register any more. It leads a session. While the worker is
 * there it is the worker's child, as all others that lead one are registered. Later it is the child
 * of whoever has inherited the worker's children, this process among them, and then its environment
 * tells it from others. That can be read: the pipe to this process is closed by executing a program.
 */
function newborns(worker: number, variable: string): number[] {
  return processIds().filter((pid) => {
    const stat = statOf(pid);
    if (!stat || pid === process.pid || stat.group !== pid || stat.session !== pid) return false;
    return stat.parent === worker || (stat.parent === process.ppid && hasVariable(pid, variable));
  });
}
