import { readdirSync, readFileSync } from "node:fs";

export interface Relative {
  pid: number;
  parent: number;
  /** Its process group. */
  group: number;
  /** `Z`: it is dead, and nobody has waited for it. */
  state: string;
  /** Its command line, for a person. */
  command: string;
}

/** All processes of this machine, as they are now. */
export function allProcesses(): Relative[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const [state = "", parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const command = readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").trim();
      return [{ pid: Number(pid), parent: Number(parent), group: Number(group), state, command }];
    } catch {
      return []; // it has ended
    }
  });
}

export function childrenOf(pid: number): Relative[] {
  return allProcesses().filter(({ parent }) => parent === pid);
}

/** The processes of a group that are at work. */
export function membersOf(group: number): Relative[] {
  return allProcesses().filter((each) => each.group === group && !/[ZX]/.test(each.state));
}

/** The process that guards a worker's commands, or undefined. */
export function guardOf(worker: number): Relative | undefined {
  return childrenOf(worker).find(({ command }) => / guard$/.test(command));
}

/** Whether it has a handler for SIGHUP by now. */
export function catchesHangup(pid: number): boolean {
  const [, caught = "0"] =
    /^SigCgt:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
  return (BigInt(`0x${caught}`) & 1n) === 1n;
}
