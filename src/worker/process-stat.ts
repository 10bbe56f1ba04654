import { readdirSync, readFileSync } from "node:fs";

/** What the system tells of a process. */
export interface ProcessStat {
  parent: number;
  group: number;
  session: number;
  /** When it was started, in the system's own count since its boot. */
  start: string;
}

/** Undefined: there is none, or this system has no /proc. */
export function statOf(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The fields after the name, which may have blanks and brackets, begin with the third.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [, parent, group, session] = fields.map(Number) as [number, number, number, number];
    return { parent, group, session, start: fields[22 - 3] ?? "" };
  } catch {
    return undefined;
  }
}

/** Whether it was started with this `NAME=value`; false when that must not be looked at. */
export function hasVariable(pid: number, variable: string): boolean {
  try {
    const environment = `\0${readFileSync(`/proc/${pid}/environ`, "utf8")}\0`;
    return environment.includes(`\0${variable}\0`);
  } catch {
    return false;
  }
}

export function processIds(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}
