import { readdir, readFile } from "node:fs/promises";

/**
 * True while a process of the group is at work. The dead that nobody has reaped do not count: in a
 * container whose first process reaps none they stay for ever, and signals reach them all the same.
 */
export async function hasLiveMembers(group: number): Promise<boolean> {
  if (!exists(group)) return false;
  const pids = await readdir("/proc").catch(() => undefined);
  // No /proc, as on macOS: what the signal says must do.
  if (!pids) return true;
  const alive = await Promise.all(
    pids.filter((name) => /^\d+$/.test(name)).map((pid) => isLiveMember(pid, group)),
  );
  return alive.includes(true);
}

function exists(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch (error) {
    // Members of another user (EPERM) are there all the same.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** The fields of /proc/PID/stat after the name: state, parent, group. The name may have spaces. */
async function isLiveMember(pid: string, group: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [state = "X", , its] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(its) === group && state !== "Z" && state !== "X";
}
