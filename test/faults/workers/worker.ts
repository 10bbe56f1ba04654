import { allProcesses, guardOf, type Relative } from "../../support/family.ts";
import { type Clockd, runClockd } from "../../support/process.ts";
import { processesWith } from "../../support/processes.ts";
import { MARK } from "./jobs.ts";

/** A worker as a process: the real program. */
export interface WorkerProcess {
  readonly clockd: Clockd;
  readonly pid: number;
  readonly isRunning: boolean;
  /** By its own log. */
  readonly isTaking: boolean;
  /** The ends that it was told to come to; none: it has to live. */
  readonly told: Set<"kill" | "term">;
}

export interface WorkerStart {
  file: string;
  url: string;
}

/** Commands at once, of each worker. */
const CONCURRENCY = 6;

export function startWorker({ file, url }: WorkerStart): WorkerProcess {
  const args = ["worker", "--config", file, "--broker", url, "--log-format", "json"];
  const clockd = runClockd([...args, "--concurrency", String(CONCURRENCY), "--drain", "1500ms"]);
  let isRunning = true;
  void clockd.exited.then(() => {
    isRunning = false;
  });
  return {
    clockd,
    pid: clockd.pid,
    get isRunning() {
      return isRunning;
    },
    get isTaking() {
      const events = clockd.lines.map(({ entry }) => entry.event);
      return isRunning && events.lastIndexOf("worker.taking") > events.lastIndexOf("broker.lost");
    },
    told: new Set(),
  };
}

/** The leaders of commands' process groups that are going, of one worker or of all of a round. */
export function commandsOf(namespace: string, worker?: number): Relative[] {
  const pids = new Set(processesWith(MARK, namespace).map(({ pid }) => pid));
  return allProcesses().filter(
    ({ pid, group, parent }) =>
      pids.has(pid) && group === pid && (worker === undefined || parent === worker),
  );
}

/** Kills the guard of a worker. False: it has none, since it has not started a command yet. */
export function killGuard({ pid }: WorkerProcess): boolean {
  const guard = guardOf(pid);
  if (guard) process.kill(guard.pid, "SIGKILL");
  return guard !== undefined;
}
