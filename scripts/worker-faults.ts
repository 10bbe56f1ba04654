/**
 * Breaks workers, their guards and commands, and the broker, while jobs of each overlap run, and looks
 * for fires without an outcome or with two, and for commands that ran twice: `npm run worker-faults --
 * --rounds N --seed S [--broker rabbitmq|sqlite] [--rabbitmq 4.0] [--kinds A,B] [--lanes N]
 * [--json FILE] [--keep]`. `--lanes`: rounds side by side, each lane with a broker of its own. Each
 * round prints its seed: `--rounds 1 --seed` with it repeats its plan. Ends with `N rounds, M failed`,
 * and with exit code 1 when one failed.
 */
import { writeFileSync } from "node:fs";
import type { Ground } from "../test/faults/ground.ts";
import { seedOfRound } from "../test/faults/random.ts";
import {
  RABBITMQ_KINDS,
  SQLITE_KINDS,
  type WorkerKind,
  workerKindsNamed,
} from "../test/faults/workers/kinds.ts";
import { planWorkerRound } from "../test/faults/workers/plan.ts";
import {
  keepWorkerRound,
  workerRoundLine,
  workerTotalLines,
} from "../test/faults/workers/report.ts";
import { playWorkerRound, type WorkerRound } from "../test/faults/workers/round.ts";
import { type FaultArguments, openGround, readFaultArguments } from "./faults-arguments.ts";

interface Wanted extends Omit<FaultArguments, "kinds"> {
  kinds: readonly WorkerKind[];
}

// Every process of a round has a listener that ends it with this one.
process.setMaxListeners(0);
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());

const wanted = readArguments();
if (typeof wanted === "string") {
  console.error(`worker-faults: ${wanted}`);
  process.exitCode = 2;
} else {
  process.exitCode = await main(wanted);
}

function readArguments(): Wanted | string {
  const read = readFaultArguments({ lanes: true });
  if (typeof read === "string") return read;
  const all = read.broker === "sqlite" ? SQLITE_KINDS : RABBITMQ_KINDS;
  const kinds = read.kinds === undefined ? all : workerKindsNamed(read.kinds, all);
  return typeof kinds === "string" ? kinds : { ...read, kinds };
}

async function main(wanted: Wanted): Promise<number> {
  const rounds: WorkerRound[] = [];
  const numbers = Array.from({ length: wanted.rounds }, (_, n) => n + 1).values();
  console.log(`seed ${wanted.seed}, kinds ${wanted.kinds.join(",")}`);
  const lanes = Array.from({ length: Math.min(wanted.lanes, wanted.rounds) }, () =>
    playLane(numbers, wanted, rounds),
  );
  const ends = await Promise.allSettled(lanes);
  for (const line of workerTotalLines(rounds)) console.log(line);
  if (wanted.json !== undefined) {
    const told = rounds.map(({ logs: _, evidence: __, ...round }) => round);
    writeFileSync(wanted.json, `${JSON.stringify(told, null, 2)}\n`);
  }
  if (stop.signal.aborted) return 130;
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return rounds.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

/** Plays one round after the other, until there are no numbers left. */
async function playLane(
  numbers: Iterator<number>,
  wanted: Wanted,
  rounds: WorkerRound[],
): Promise<void> {
  const ground = await openGround(wanted);
  try {
    for (;;) {
      const { value: number, done } = numbers.next();
      if (done) return;
      const plan = planWorkerRound(seedOfRound(wanted.seed, number), wanted.kinds);
      const round = await playWorkerRound(plan, ground, stop.signal);
      rounds.push(round);
      tell(number, round, ground, wanted.keep);
    }
  } finally {
    await ground.stop();
  }
}

function tell(number: number, round: WorkerRound, { name }: Ground, keep: boolean): void {
  console.log(`round ${number} | ${name} | ${workerRoundLine(round)}`);
  for (const problem of round.problems) console.log(`  ${problem}`);
  if (keep || round.problems.length > 0) console.log(`  what it left: ${keepWorkerRound(round)}`);
}
