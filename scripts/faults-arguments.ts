import { parseArgs } from "node:util";
import type { Ground } from "../test/faults/ground.ts";
import { rabbitmqGround } from "../test/faults/rabbitmq-ground.ts";
import { sqliteGround } from "../test/faults/sqlite-ground.ts";
import { startRabbitmq } from "../test/support/rabbitmq.ts";

/** What both fault suites can be asked for. */
export interface FaultArguments {
  rounds: number;
  seed: number;
  /** Rounds side by side. */
  lanes: number;
  /** Undefined: all there are. */
  kinds: readonly string[] | undefined;
  broker: "sqlite" | "rabbitmq";
  rabbitmq: "installed" | "4.0";
  json: string | undefined;
  /** Keeps what good rounds leave, too. */
  keep: boolean;
}

/** Reads the command line, or says what is wrong with it. `lanes`: whether it may have `--lanes`. */
export function readFaultArguments({
  lanes: hasLanes,
}: {
  lanes: boolean;
}): FaultArguments | string {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "10" },
      seed: { type: "string" },
      kinds: { type: "string" },
      broker: { type: "string", default: "rabbitmq" },
      rabbitmq: { type: "string", default: "installed" },
      json: { type: "string" },
      keep: { type: "boolean", default: false },
      lanes: { type: "string" },
    },
  });
  if (values.lanes !== undefined && !hasLanes) return "--lanes is for worker-faults";
  const [rounds, lanes] = [Number(values.rounds), Number(values.lanes ?? 1)];
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  if (!Number.isSafeInteger(rounds) || rounds < 1) return "--rounds is a number from 1 on";
  if (!Number.isSafeInteger(seed) || seed < 0) return "--seed is a whole number";
  if (!Number.isSafeInteger(lanes) || lanes < 1) return "--lanes is a number from 1 on";
  const { broker, rabbitmq, json, keep } = values;
  if (broker !== "rabbitmq" && broker !== "sqlite") return "--broker is rabbitmq or sqlite";
  if (rabbitmq !== "installed" && rabbitmq !== "4.0") return "--rabbitmq is installed or 4.0";
  return { rounds, seed, lanes, kinds: values.kinds?.split(","), broker, rabbitmq, json, keep };
}

type Which = Pick<FaultArguments, "broker" | "rabbitmq">;

export async function openGround({ broker, rabbitmq: version }: Which): Promise<Ground> {
  if (broker === "sqlite") return sqliteGround();
  return rabbitmqGround(await startRabbitmq({ version }));
}
