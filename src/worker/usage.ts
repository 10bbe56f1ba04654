import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";

/** What a command has used, as far as it was seen: never too much, perhaps too little. */
export interface Usage {
  /** ms of processor time, user and system. Undefined: not seen. */
  cpuTime?: number;
  /** bytes: the most that a single process of it had in memory. Undefined: not seen. */
  maxMemory?: number;
}

/** What is known of a process: its number and its usage, without what is not. */
export function usageOf({ pid, cpuTime, maxMemory }: Usage & { pid?: number }) {
  return {
    ...(pid === undefined ? {} : { pid }),
    ...(cpuTime === undefined ? {} : { cpuTime }),
    ...(maxMemory === undefined ? {} : { maxMemory }),
  };
}

/** After the start, then twice as long each time. ms */
const FIRST_LOOK_MS = 25;
const LONGEST_PAUSE_MS = 2000;
/** More processes, or threads that may have started some, are not looked at. */
const MOST_PROCESSES = 64;
const MOST_THREADS = 32;
/** Linux tells times in these, whatever the kernel counts in. ms */
const TICK_MS = 10;

/**
 * Looks at a command's processes through /proc, since Node tells nothing of a child's usage: at
 * growing intervals, and once when it has ended and Node has not taken note yet (a zombie, whose
 * times are complete, but not its memory). A system without /proc is not seen at all. What is
 * returned tells what was seen, and is to be asked after the end.
 */
export function meterUsage(child: ChildProcess): () => Usage {
  const pid = child.pid!;
  const usage: Usage = {};
  let over = false;
  let pause = FIRST_LOOK_MS;
  let timer: NodeJS.Timeout;
  const note = ({ cpuTime, maxMemory }: Usage) => {
    if (cpuTime !== undefined) usage.cpuTime = Math.max(usage.cpuTime ?? 0, cpuTime);
    if (maxMemory !== undefined) usage.maxMemory = Math.max(usage.maxMemory ?? 0, maxMemory);
  };
  const look = () => {
    note(usageOfTree(pid));
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    timer = setTimeout(look, pause);
  };
  timer = setTimeout(look, pause);
  // From then on its number may be another process's.
  child.once("exit", () => {
    over = true;
    clearTimeout(timer);
  });
  onOutputEnd(child, async () => {
    // It is a zombie now or very soon. Node takes note of that after all that came in the same turn
    // of the event loop, and then in none before the next one: two looks.
    if (over || lookAtEnd(pid, note)) return;
    await nextTurn();
    if (!over) lookAtEnd(pid, note);
  });
  return () => usage;
}

function onOutputEnd({ stdout, stderr }: ChildProcess, action: () => Promise<void>): void {
  const open = new Set([stdout, stderr]);
  for (const stream of open) {
    stream?.once("end", () => {
      open.delete(stream);
      if (open.size === 0) void action();
    });
  }
}

/** True when it has ended, so that its times are complete. */
function lookAtEnd(pid: number, note: (usage: Usage) => void): boolean {
  const stat = statOf(pid);
  if (stat) note({ cpuTime: stat.cpuTime });
  return stat === undefined || stat.state === "Z";
}

function usageOfTree(pid: number): Usage {
  const processes = [pid];
  const usage: Usage = {};
  for (const each of processes) {
    const stat = statOf(each);
    if (!stat) continue;
    usage.cpuTime = (usage.cpuTime ?? 0) + stat.cpuTime;
    const memory = memoryOf(each);
    if (memory !== undefined) usage.maxMemory = Math.max(usage.maxMemory ?? 0, memory);
    if (processes.length < MOST_PROCESSES) processes.push(...childrenOf(each));
  }
  return usage;
}

/** The time of a process and of the children that it has waited for. */
function statOf(pid: number): { state: string; cpuTime: number } | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The name before it may have blanks and brackets.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (!fields) return undefined;
  const ticks = fields.slice(11, 15).reduce((sum, text) => sum + Number(text), 0);
  return Number.isSafeInteger(ticks) ? { state: fields[0]!, cpuTime: ticks * TICK_MS } : undefined;
}

function memoryOf(pid: number): number | undefined {
  const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "") ?? [];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

function childrenOf(pid: number): number[] {
  const threads = list(`/proc/${pid}/task`).slice(0, MOST_THREADS);
  return threads.flatMap((thread) => {
    const children = read(`/proc/${pid}/task/${thread}/children`) ?? "";
    return children.split(" ").filter(Boolean).map(Number);
  });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
