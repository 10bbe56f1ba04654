import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type ClockLink, isBrokerProblem } from "../../src/broker/broker.ts";
import { openBroker } from "../../src/broker/open.ts";
import { aFire } from "../../test/support/fire.ts";
import { temporaryFolder } from "../../test/support/folder.ts";
import { type Bench, median } from "./figures.ts";
import { waitUntil } from "./running.ts";

/**
 * Ten days of a thousand fires a minute through the embedded broker, as fast as it takes them: does the
 * file stay small, and is it as quick in the end as in the beginning?
 */
export const broker = "SQLite in a file";

const DAYS = 10;
const MINUTES = 24 * 60;
const FIRES = 1000;
const MINUTE_MS = 60_000;
const START = Date.UTC(2026, 11, 1);
/** The worker of real life is not behind: the clock waits for it here. */
const MOST_WAITING = 20_000;
const HOUR = 60;
/** 1 GiB, and what is written until the next look. */
const GOAL_MIB = 1200;

export async function run(bench: Bench): Promise<void> {
  const folder = temporaryFolder("bench");
  const path = join(folder.path, "clockd.db");
  let now = START;
  const { clock, worker, watcher } = await open(path, () => now);
  const days: Day[] = [];
  try {
    for (let day = 0; day < DAYS; day++) {
      const rates: number[] = [];
      const before = process.cpuUsage();
      let largest = 0;
      let began = performance.now();
      for (let minute = 0; minute < MINUTES; minute++) {
        now = START + (day * MINUTES + minute) * MINUTE_MS;
        await fireMinute(clock, now);
        if (minute % 10 > 0) continue;
        await waitUntil(bench, "the worker", () => watcher.waiting() < MOST_WAITING, { every: 5 });
        largest = Math.max(largest, watcher.mib());
        if (minute % HOUR > 0 || minute === 0) continue;
        rates.push((HOUR * FIRES * 1000) / (performance.now() - began));
        began = performance.now();
      }
      const { user, system } = process.cpuUsage(before);
      const cpu = (user + system) / (MINUTES * FIRES);
      days.push(figureDay(bench, `day-${day + 1}`, { rate: median(rates), cpu, largest }));
    }
  } finally {
    await endWorker(worker);
    watcher.close();
    await clock.close(5000);
    folder.remove();
  }
  const largest = Math.max(...days.map((day) => day.largest));
  bench.figure({ name: "largest", value: largest, unit: "MiB with its log", goal: GOAL_MIB });
  const [first, last] = [days[0]!, days.at(-1)!];
  const rate = last.rate / first.rate;
  bench.figure({ name: "last-day-beside-first", value: rate, unit: "x", goal: 1, atLeast: true });
  bench.figure({ name: "last-day-beside-first-cpu", value: last.cpu / first.cpu, unit: "x" });
}

/** `rate`: of the median hour. `cpu`: of the clock's process, µs a fire: other work does not change it much. */
interface Day {
  rate: number;
  cpu: number;
  largest: number;
}

function figureDay(bench: Bench, name: string, day: Day): Day {
  bench.figure({ name, value: day.rate, unit: "fires a second" });
  bench.figure({ name: `${name}-cpu`, value: day.cpu, unit: "µs a fire" });
  bench.figure({ name: `${name}-largest`, value: day.largest, unit: "MiB with its log" });
  return day;
}

async function open(path: string, now: () => number) {
  const options = { namespace: "bench", name: "bench", now, emit: () => {} };
  const opened = openBroker(`sqlite:${path}`, options);
  if (isBrokerProblem(opened)) throw new Error(opened.message);
  const clock = await opened.openClock([]);
  if (isBrokerProblem(clock)) throw new Error(clock.message);
  await clock.elected;
  const peer = join(import.meta.dirname, "broker/peer.ts");
  const worker = fork(peer, ["drain", `sqlite:${path}`, "bench"]);
  await once(worker, "message");
  return { clock, worker, watcher: watch(path) };
}

async function fireMinute(clock: ClockLink, now: number): Promise<void> {
  const outcomes = [];
  for (let n = 0; n < FIRES; n++) {
    const room = clock.room();
    if (room) await room;
    outcomes.push(clock.fire(aFire({ job: `job-${n}`, slot: now })));
  }
  for (const { kind } of await Promise.all(outcomes)) {
    if (kind !== "confirmed") throw new Error(`a fire was ${kind}`);
  }
}

function watch(path: string) {
  const db = new DatabaseSync(path, { timeout: 5000 });
  const ends = db.prepare(
    "SELECT (SELECT min(id) FROM work) AS low, (SELECT max(id) FROM work) AS high",
  );
  return {
    waiting() {
      const { low, high } = ends.get() as { low: number | null; high: number };
      return low === null ? 0 : high - low;
    },
    mib: () => [path, `${path}-wal`].reduce((sum, file) => sum + statSync(file).size, 0) / 2 ** 20,
    close: () => db.close(),
  };
}

async function endWorker(worker: ChildProcess): Promise<void> {
  const ended = once(worker, "exit");
  worker.disconnect();
  await ended;
}
