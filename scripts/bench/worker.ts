import { join } from "node:path";
import type { ClockLink } from "../../src/broker/broker.ts";
import { temporaryFolder } from "../../test/support/folder.ts";
import { startRabbitmq } from "../../test/support/rabbitmq.ts";
import { type Bench, median } from "./figures.ts";
import { cpuSeconds, waitUntil } from "./running.ts";
import {
  type BareLoop,
  type RunningWorker,
  startBare,
  startWorker,
  xargs,
} from "./worker/process.ts";
import { fireOf, openClock, taking } from "./worker/side.ts";
import { bareToStart, toStart } from "./worker/to-start.ts";

/** How many commands a worker runs in a second beside what Node can do at best, and how soon they start. */
export const broker = "a private RabbitMQ on loopback, and SQLite in a file";

const COMMAND = ["/bin/true"];
const ROUNDS = 5;
const RUNS = 200;
/** The first of each round are not counted: the messages of the others are still on their way in then. */
const FIRST = 40;
const SKIP_JOBS = 100;

interface Side {
  name: string;
  worker: RunningWorker;
  clock: ClockLink;
  fired: number;
  jobs: number;
}

export async function run(bench: Bench): Promise<void> {
  const folder = temporaryFolder("bench");
  const rabbitmq = await startRabbitmq();
  const bare = await startBare();
  const urls = { rabbitmq: rabbitmq.url, sqlite: `sqlite:${join(folder.path, "clockd.db")}` };
  try {
    for (const atOnce of [1, 2, 8]) await throughput(bench, urls, bare, atOnce);
    for (const [name, url] of Object.entries(urls)) await toStart(bench, name, url);
    await bareToStart(bench, bare);
  } finally {
    await bare.stop();
    await rabbitmq.stop();
    folder.remove();
  }
}

/** All in turns: the bare loop, xargs, and a worker on each broker. */
async function throughput(
  bench: Bench,
  urls: Record<string, string>,
  bare: BareLoop,
  atOnce: number,
): Promise<void> {
  const sides: Side[] = [];
  for (const [name, url] of Object.entries(urls)) {
    sides.push(await openSide(bench, `${name}-${atOnce}`, url, atOnce, 1));
  }
  if (atOnce === 8) {
    sides.push(await openSide(bench, "rabbitmq-skip-8", urls.rabbitmq!, atOnce, SKIP_JOBS));
  }
  const request = { command: COMMAND, count: RUNS, atOnce };
  const measured = [
    { name: `bare-${atOnce}`, once: () => bareOnce(bare, request) },
    {
      name: `xargs-${atOnce}`,
      once: async () => ({ rate: perSecond(await xargs(request)), cpu: 0 }),
    },
    ...sides.map((side) => ({ name: side.name, once: () => workerOnce(bench, side) })),
  ];
  const rounds: Record<string, { rate: number; cpu: number }>[] = [];
  try {
    // The first round is to warm up.
    for (let round = 0; round <= ROUNDS; round++) {
      const results: Record<string, { rate: number; cpu: number }> = {};
      for (const { name, once } of round % 2 ? measured.toReversed() : measured) {
        if (bench.signal.aborted) throw new Error("stopped");
        results[name] = await once();
      }
      if (round > 0) rounds.push(results);
    }
  } finally {
    for (const { worker, clock } of sides) {
      await worker.stop();
      await clock.close(5000);
    }
  }
  report(
    bench,
    measured.map(({ name }) => name),
    rounds,
  );
}

function report(
  bench: Bench,
  names: readonly string[],
  rounds: readonly Record<string, { rate: number; cpu: number }>[],
): void {
  const [bare = "", xargs = "", ...workers] = names;
  const of = (read: (round: (typeof rounds)[number]) => number) => median(rounds.map(read));
  for (const name of [bare, xargs, ...workers]) {
    bench.figure({ name, value: of((round) => round[name]!.rate), unit: "commands a second" });
    if (name === xargs) continue;
    const cpu = of((round) => round[name]!.cpu);
    bench.figure({ name: `${name}-cpu`, value: cpu, unit: "ms of the parent a command" });
  }
  for (const name of workers) {
    for (const [beside, goal] of [
      [bare, { goal: 0.9, atLeast: true }],
      [xargs, {}],
    ] as const) {
      const value = of((round) => round[name]!.rate / round[beside]!.rate);
      bench.figure({ name: `${name}-ratio`, value, unit: `x ${beside}`, ...goal });
    }
  }
}

function perSecond(ms: number): number {
  return (RUNS * 1000) / ms;
}

async function bareOnce(bare: BareLoop, request: Parameters<BareLoop["run"]>[0]) {
  const { took, cpu } = await bare.run(request);
  return { rate: perSecond(took), cpu: cpu / RUNS };
}

async function openSide(
  bench: Bench,
  name: string,
  url: string,
  concurrency: number,
  jobs: number,
): Promise<Side> {
  const clock = await openClock(url, name);
  const setting = jobs === 1 ? "overlap: allow, " : "";
  const yaml = Array.from({ length: jobs }, (_, n) => {
    return `  job-${n}: {every: 1h, ${setting}run: [${COMMAND}]}\n`;
  });
  const worker = startWorker({ url, namespace: name, jobs: yaml.join(""), concurrency });
  await taking(bench, worker);
  return { name, worker, clock, fired: 0, jobs };
}

/** The rate is taken from the log, between two ends of runs. */
async function workerOnce(bench: Bench, side: Side): Promise<{ rate: number; cpu: number }> {
  const { worker, clock } = side;
  const ends = () => worker.lines().filter(({ event }) => event === "run.finished");
  const before = ends().length;
  const cpu = cpuSeconds(worker.pid);
  const outcomes = Array.from({ length: RUNS }, () => {
    const n = side.fired++;
    return clock.fire(fireOf(`job-${n % side.jobs}`, n));
  });
  await Promise.all(outcomes);
  await waitUntil(bench, "the runs", () => ends().length === before + RUNS, { every: 100 });
  const spent = cpuSeconds(worker.pid) - cpu;
  const [first, last] = [ends()[before + FIRST - 1]!, ends().at(-1)!];
  return {
    rate: ((RUNS - FIRST) * 1000) / (last.at - first.at),
    cpu: (spent * 1000) / RUNS,
  };
}
