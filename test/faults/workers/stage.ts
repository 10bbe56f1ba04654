import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../support/folder.ts";
import { type Clockd, runClockd } from "../../support/process.ts";
import { uniqueNamespace } from "../../support/shared.ts";
import type { Ground, Plot, Way } from "../ground.ts";
import { type CommandLine, parseLines, type Trouble } from "./evidence.ts";
import { jobFileOf } from "./jobs.ts";
import { placeName } from "./kinds.ts";
import type { WorkerPlan } from "./plan.ts";
import { startWorker, type WorkerProcess } from "./worker.ts";

/** A place for a worker, with its own way to the broker. One worker after the other has it. */
export interface WorkerSeat {
  readonly name: string;
  /** All that had it, the newest last. */
  readonly workers: readonly WorkerProcess[];
  /** The one that has it now, frozen or not. */
  readonly worker: WorkerProcess | undefined;
  /** Starts a worker if there is none. */
  start(): void;
}

/** What a round takes place on. */
export interface WorkerStage {
  readonly namespace: string;
  readonly plot: Plot;
  readonly clock: Clockd;
  readonly seats: readonly WorkerSeat[];
  /** What was done to workers, as it is done. */
  readonly troubles: Trouble[];
  readonly signal: AbortSignal;
  lines(): CommandLine[];
  /** The file says from now on that nothing is due. */
  pause(): void;
  clear(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("command.sh", import.meta.url));

/** Builds it, and starts the clock and the workers. */
export async function buildWorkerStage(
  plan: WorkerPlan,
  ground: Ground,
  signal: AbortSignal,
): Promise<WorkerStage> {
  const namespace = uniqueNamespace("faults");
  const heartbeat = ground.menu.hasHeartbeat ? plan.heartbeat : 0;
  const plot = await ground.prepare(namespace, { heartbeat, faults: plan.faults });
  const folder = temporaryFolder("worker-faults");
  const file = join(folder.path, "schedules.yml");
  const log = join(folder.path, "log");
  const write = (paused: boolean) => {
    const options = { namespace, script: SCRIPT, folder: folder.path, paused };
    writeFileSync(`${file}.new`, jobFileOf(plan.jobs, options));
    renameSync(`${file}.new`, file);
  };
  write(false);
  const clockWay = await plot.way("clock");
  const ways = [clockWay];
  const seats: WorkerSeat[] = [];
  for (const place of [0, 1, 2]) {
    const way = await plot.way(placeName(place));
    ways.push(way);
    seats.push(createSeat(placeName(place), file, way));
  }
  const clock = runClockd(["--config", file, "--broker", clockWay.url, "--log-format", "json"]);
  for (const seat of seats) seat.start();
  return {
    ...{ namespace, plot, clock, seats, signal, troubles: [] },
    lines: () => (existsSync(log) ? parseLines(readFileSync(log, "utf8")) : []),
    pause: () => write(true),
    async clear() {
      const all = [clock, ...seats.flatMap(({ workers }) => workers.map(({ clockd }) => clockd))];
      for (const clockd of all) clockd.signal("SIGKILL");
      await Promise.all(all.map(({ exited }) => exited));
      for (const way of ways) await way.close();
      folder.remove();
      await plot.clear();
    },
  };
}

function createSeat(name: string, file: string, { url }: Way): WorkerSeat {
  const workers: WorkerProcess[] = [];
  const current = () => (workers.at(-1)?.isRunning ? workers.at(-1) : undefined);
  return {
    name,
    workers,
    get worker() {
      return current();
    },
    start() {
      if (!current()) workers.push(startWorker({ file, url }));
    },
  };
}
