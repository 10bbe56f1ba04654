import { type BrokerProblem, isBrokerProblem } from "../broker/broker.ts";
import { type Inspection, inspectBroker } from "../broker/inspect.ts";
import { chooseBrokerUrl } from "../broker/url.ts";
import type { Config } from "../config/config.ts";
import { formatDuration } from "../config/duration.ts";
import type { Loaded } from "../config/load.ts";
import { joinPointer } from "../config/pointer.ts";
import type { Problem } from "../config/problem.ts";
import { counted } from "../schedule/words.ts";
import { brokerRefusal } from "./ledger-session.ts";
import type { AskBroker } from "./validate.ts";

export interface AskOptions {
  /** A URL; empty: that of the environment or the file. */
  url: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Host and pid. */
  name: string;
  now: () => number;
}

/** Makes what compares files with the broker that they are to be used with. It makes nothing there. */
export function askBroker({ url, environment, name, now }: AskOptions): AskBroker {
  return async (file, loaded) => {
    const { namespace, brokerUrl, jobs } = loaded.config!;
    const wanted = wantedOf(jobs);
    const queues = wanted.queues.keys();
    const exchanges = wanted.exchanges.keys();
    const chosen = chooseBrokerUrl(url, environment, brokerUrl);
    const found = await inspectBroker(chosen, { namespace, name, now, queues, exchanges });
    if (isBrokerProblem(found)) return brokerRefusal(found);
    const at = placer(file, loaded);
    const problems = [
      ...refused(found.queues, wanted.queues, "queue", at),
      ...refused(found.exchanges, wanted.exchanges, "publish/exchange", at),
      ...heldTooLong(jobs, found, at),
    ];
    return { problems, notes: notesOf(found) };
  };
}

/** The queues and exchanges of a file, each with the first job that needs it. A paused job needs none. */
function wantedOf(jobs: Config["jobs"]) {
  const queues = new Map<string, string>();
  const exchanges = new Map<string, string>();
  for (const { name, task, paused } of jobs.values()) {
    if (paused) continue;
    if (task.kind === "run") queues.set(task.queue, queues.get(task.queue) ?? name);
    else exchanges.set(task.exchange, exchanges.get(task.exchange) ?? name);
  }
  return { queues, exchanges };
}

type Placer = (
  job: string,
  field: string,
  found: Pick<Problem, "level" | "code" | "message" | "hint">,
) => Problem;

function placer(file: string, { placeOf }: Loaded): Placer {
  return (job, field, found) => {
    const path = `${joinPointer("/jobs", job)}/${field}`;
    return { file, ...placeOf!(path), path, ...found };
  };
}

function refused(
  found: ReadonlyMap<string, string | BrokerProblem>,
  wanted: ReadonlyMap<string, string>,
  field: string,
  at: Placer,
): Problem[] {
  return [...found].flatMap(([name, answer]) => {
    if (typeof answer === "string") return [];
    const hint = HINTS[answer.code];
    const { code, message } = answer;
    return [at(wanted.get(name)!, field, { level: "error", code, message, ...(hint && { hint }) })];
  });
}

const HINTS: Readonly<Record<string, string>> = {
  BROKER_EXCHANGE: "make it there, or name another one",
  BROKER_REFUSED: "a clock would be refused as well: see docs/troubleshooting.md",
};

/**
 * The one limit of RabbitMQ that a run can meet is not told to clients. All that can be said is that a
 * deadline does not fit its usual value.
 */
function heldTooLong(jobs: Config["jobs"], { usualConsumerTimeout }: Inspection, at: Placer) {
  if (usualConsumerTimeout === undefined) return [];
  const usual = formatDuration(usualConsumerTimeout);
  return [...jobs.values()].flatMap(({ name, task }) => {
    if (task.kind !== "run" || task.ackDeadline < usualConsumerTimeout) return [];
    const deadline = formatDuration(task.ackDeadline);
    const message = `ack_deadline ${deadline} is not below RabbitMQ's usual consumer_timeout ${usual}`;
    const hint = "lower it, unless consumer_timeout is raised there: clients cannot see that";
    return [
      at(name, "ack_deadline", { level: "warning", code: "BROKER_ACK_DEADLINE", message, hint }),
    ];
  });
}

function notesOf({ place, queues, exchanges }: Inspection): string[] {
  const missing = [...queues].filter(([, answer]) => answer === "missing").map(([queue]) => queue);
  const names = missing.length > 10 ? [...missing.slice(0, 10), "…"] : missing;
  return [
    `compared with ${place}: ${counted(queues.size, "queue")}, ${counted(exchanges.size, "exchange")}`,
    ...(names.length > 0 ? [`not there yet, the first clock makes them: ${names.join(", ")}`] : []),
  ];
}
