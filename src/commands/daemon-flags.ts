import type { Argv } from "yargs";
import { LOG_LEVELS } from "../observe/levels.ts";
import type { DaemonOptions } from "./daemon.ts";
import { duration, last, wholeNumber } from "./flags.ts";
import type { WorkerCommandOptions } from "./worker.ts";

/** The flags that clock, worker and up share. */
export function daemonFlags(command: Argv) {
  return command
    .option("config", {
      alias: "c",
      type: "string",
      default: "schedules.yml",
      requiresArg: true,
      coerce: last<string>,
      describe: "the file with the jobs",
    })
    .option("broker", {
      type: "string",
      requiresArg: true,
      coerce: last<string | undefined>,
      describe:
        "its URL; otherwise CLOCKD_BROKER_URL, AMQP_URL, CLOUDAMQP_URL, RABBITMQ_URL, the file's, or sqlite:.clockd/clockd.db",
    })
    .option("log-level", {
      choices: LOG_LEVELS,
      default: "info" as const,
      describe: "how much to log",
    })
    .option("log-format", {
      choices: ["auto", "json", "human"] as const,
      default: "auto" as const,
      describe: "auto: human on a terminal, JSON lines elsewhere",
    });
}

/** Those of worker and up beside them. */
export function workerFlags(command: ReturnType<typeof daemonFlags>) {
  return command
    .option("concurrency", {
      type: "number",
      default: 4,
      requiresArg: true,
      describe: "commands to run at once",
      coerce: wholeNumber("--concurrency", 10_000),
    })
    .option("queue", {
      type: "string",
      array: true,
      default: [] as string[],
      defaultDescription: "every queue of the file",
      requiresArg: true,
      describe: "take from this queue; may be repeated",
    })
    .option("drain", {
      default: "30s",
      requiresArg: true,
      describe: "how long running commands may go on after SIGTERM",
      coerce: duration("--drain"),
    });
}

interface DaemonArgv {
  config: string;
  broker: string | undefined;
  "log-level": DaemonOptions["logLevel"];
  "log-format": DaemonOptions["logFormat"];
}

/** The flags as the commands take them. */
export function daemonOptions(argv: DaemonArgv): DaemonOptions {
  const { config, broker } = argv;
  return { config, broker, logLevel: argv["log-level"], logFormat: argv["log-format"] };
}

/** The same for worker and up. */
export function workerOptions(
  argv: DaemonArgv & { concurrency: number; queue: string[]; drain: number },
): WorkerCommandOptions {
  const { concurrency, queue: queues, drain } = argv;
  return { ...daemonOptions(argv), concurrency, queues, drain };
}
