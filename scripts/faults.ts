/**
 * Breaks clocks, broker and network while jobs are due every second, and looks for slots that were
 * lost, or fired twice: `npm run faults -- --rounds N --seed S [--broker rabbitmq|sqlite]
 * [--rabbitmq 4.0] [--kinds A,B] [--json FILE] [--keep]`. Each round prints its seed: `--rounds 1
 * --seed` with it repeats the round (with the same `--broker` and `--kinds`). Ends with
 * `N rounds, M failed`, and with exit code 1 when one failed.
 */
import { writeFileSync } from "node:fs";
import type { Ground } from "../test/faults/ground.ts";
import { keepRound } from "../test/faults/keep.ts";
import type { Kind, RoundPlan } from "../test/faults/kinds.ts";
import { kindsNamed, RABBITMQ_MENU, SQLITE_MENU } from "../test/faults/menu.ts";
import { planRound } from "../test/faults/plan.ts";
import { seedOfRound } from "../test/faults/random.ts";
import { roundLine, totalLines } from "../test/faults/report.ts";
import { playRound, type Round } from "../test/faults/round.ts";
import { type FaultArguments, openGround, readFaultArguments } from "./faults-arguments.ts";

interface Wanted extends Omit<FaultArguments, "kinds"> {
  kinds: readonly Kind[];
}

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());

const wanted = readArguments();
if (typeof wanted === "string") {
  console.error(`faults: ${wanted}`);
  process.exitCode = 2;
} else {
  process.exitCode = await main(wanted);
}

function readArguments(): Wanted | string {
  const read = readFaultArguments({ lanes: false });
  if (typeof read === "string") return read;
  const menu = read.broker === "sqlite" ? SQLITE_MENU : RABBITMQ_MENU;
  const kinds = read.kinds === undefined ? menu.kinds : kindsNamed(read.kinds, menu);
  return typeof kinds === "string" ? kinds : { ...read, kinds };
}

async function main({ rounds: count, seed, kinds, json, keep, ...which }: Wanted): Promise<number> {
  const ground = await openGround(which);
  const rounds: Round[] = [];
  try {
    console.log(`${ground.name}, seed ${seed}`);
    for (let number = 1; number <= count; number++) {
      const plan = planRound(seedOfRound(seed, number), kinds, ground.menu);
      rounds.push(await playOne(number, plan, ground, keep));
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.log("stopped before the end");
  } finally {
    await ground.stop();
  }
  for (const line of totalLines(rounds)) console.log(line);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(summary(rounds), null, 2)}\n`);
  if (stop.signal.aborted) return 130;
  return rounds.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

async function playOne(
  number: number,
  plan: RoundPlan,
  ground: Ground,
  keep: boolean,
): Promise<Round> {
  const round = await playRound(plan, ground, stop.signal);
  console.log(`round ${number} | ${roundLine(round)}`);
  for (const problem of round.problems) console.log(`  ${problem}`);
  if (keep || round.problems.length > 0) console.log(`  what it left: ${keepRound(round)}`);
  return round;
}

function summary(rounds: readonly Round[]): unknown {
  return {
    rounds: rounds.map(({ plan, happened, figures, failOver, problems, duration }) => {
      return { plan, happened, figures, failOver, problems, duration: Math.round(duration) };
    }),
    failed: rounds.filter(({ problems }) => problems.length > 0).length,
  };
}
