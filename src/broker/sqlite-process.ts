import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** What tells a process from all others, also from a later one with its number. */
export interface ProcessMark {
  /** The machine, since its start. */
  boot: string;
  /** Where numbers of processes mean the same: containers have their own. */
  space: string;
  pid: number;
  /** When it was started, in the kernel's own count; empty where that cannot be read. */
  started: string;
}

export function ownMark(): ProcessMark {
  const { pid } = process;
  return {
    boot:
      tryRead(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()) ?? hostname(),
    space: tryRead(() => readlinkSync("/proc/self/ns/pid")) ?? "",
    pid,
    started: statOf(pid)?.started ?? "",
  };
}

/** True only when it is sure that the process has ended. */
export function isGone(mark: ProcessMark, own: ProcessMark): boolean {
  if (mark.boot !== own.boot || mark.space !== own.space) return false;
  if (own.started === "") return !canBeSignalled(mark.pid);
  const stat = statOf(mark.pid);
  // One that has ended and that nobody has asked about yet is still listed.
  return !stat || stat.started !== mark.started || stat.state === "Z" || stat.state === "X";
}

/** From /proc/PID/stat (proc(5)), whose second field may hold anything, also brackets and spaces. */
function statOf(pid: number): { state: string; started: string } | undefined {
  const text = tryRead(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, started] = [fields?.[0], fields?.[19]];
  return state && started ? { state, started } : undefined;
}

function canBeSignalled(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function tryRead(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
