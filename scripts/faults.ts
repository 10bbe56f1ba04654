/**
 * Breaks clocks, broker and network while jobs are due every second, and looks for slots that were
 * lost, or fired twice: `npm run faults -- --rounds N --seed S [--rabbitmq 4.0] [--kinds A,B]
 * [--json FILE] [--keep]`. Each round prints its seed: `--rounds 1 --seed` with it repeats the round
 * (with the same `--kinds`). Ends with `N rounds, M failed`, and with exit code 1 when one failed.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type BrokerUnderTest, brokerUnderTest } from "../test/faults/broker.ts";
import { keepRound } from "../test/faults/keep.ts";
import { isKind, KINDS, type Kind } from "../test/faults/kinds.ts";
import { planRound } from "../test/faults/plan.ts";
import { seedOfRound } from "../test/faults/random.ts";
import { roundLine, totalLines } from "../test/faults/report.ts";
import { playRound, type Round } from "../test/faults/round.ts";
import { startRabbitmq } from "../test/support/rabbitmq.ts";

interface Wanted {
  rounds: number;
  seed: number;
  kinds: readonly Kind[];
  rabbitmq: "installed" | "4.0";
  json: string | undefined;
  /** Keeps what good rounds leave, too. */
  keep: boolean;
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
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "10" },
      seed: { type: "string" },
      kinds: { type: "string" },
      rabbitmq: { type: "string", default: "installed" },
      json: { type: "string" },
      keep: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  if (!Number.isSafeInteger(rounds) || rounds < 1) return "--rounds is a number from 1 on";
  if (!Number.isSafeInteger(seed) || seed < 0) return "--seed is a whole number";
  const { rabbitmq } = values;
  if (rabbitmq !== "installed" && rabbitmq !== "4.0") return "--rabbitmq is installed or 4.0";
  const names = values.kinds?.split(",") ?? [...KINDS];
  const kinds = names.filter(isKind);
  if (kinds.length < names.length) return `--kinds are some of ${KINDS.join(",")}`;
  return { rounds, seed, kinds, rabbitmq, json: values.json, keep: values.keep };
}

async function main({ rounds: count, seed, kinds, rabbitmq, json, keep }: Wanted): Promise<number> {
  const broker = brokerUnderTest(await startRabbitmq({ version: rabbitmq }));
  const rounds: Round[] = [];
  try {
    console.log(`RabbitMQ ${broker.version}, seed ${seed}`);
    for (let number = 1; number <= count; number++) {
      rounds.push(await playOne(number, planRound(seedOfRound(seed, number), kinds), broker, keep));
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.log("stopped before the end");
  } finally {
    await broker.stop();
  }
  for (const line of totalLines(rounds)) console.log(line);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(summary(rounds), null, 2)}\n`);
  if (stop.signal.aborted) return 130;
  return rounds.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

async function playOne(
  number: number,
  plan: ReturnType<typeof planRound>,
  broker: BrokerUnderTest,
  keep: boolean,
): Promise<Round> {
  const round = await playRound(plan, broker, stop.signal);
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
