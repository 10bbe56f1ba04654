import yargs, { type Argv } from "yargs";
import { systemTime } from "./clock/time.ts";
import { clock } from "./commands/clock.ts";
import type { DaemonOptions } from "./commands/daemon.ts";
import { EXIT, type Host } from "./commands/host.ts";
import { validate } from "./commands/validate.ts";
import { worker } from "./commands/worker.ts";
import { parseDuration } from "./config/duration.ts";
import { LOG_LEVELS } from "./observe/log.ts";
import { VERSION } from "./version.ts";

/** Runs one command line. Resolves with an exit code; rejects only on a bug. */
export async function cli(args: readonly string[], host: Host): Promise<number> {
  let code: number = EXIT.ok;
  const done = (promise: Promise<number>) =>
    promise.then((answer) => {
      code = answer;
    });
  const parser = commands(yargs(args.map(spellStdin)), host, done)
    .scriptName("clockd")
    .strict()
    .exitProcess(false)
    .version(`clockd ${VERSION} (node ${process.version})`)
    .help()
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .fail((message, error) => {
      if (error && error.name !== "YError") throw error;
      throw new UsageError((message ?? error.message).replace(/\s+/g, " ").trim());
    });
  try {
    await parser.parseAsync();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    host.err(`clockd: ${error.message}\nTry: clockd --help\n`);
    return EXIT.usage;
  }
  return code;
}

/** A command line that cannot be understood: never a bug, always exit code 2. */
class UsageError extends Error {}

function commands(parser: Argv, host: Host, done: (code: Promise<number>) => Promise<void>): Argv {
  return parser
    .command(
      "$0",
      "publish jobs as they come due",
      (command) => daemonFlags(command).example("clockd --config schedules.yml", ""),
      (argv) => done(clock(daemonOptions(argv), host)),
    )
    .command(
      "worker",
      "run the commands of published jobs",
      (command) => workerFlags(daemonFlags(command)),
      (argv) =>
        done(
          worker(
            {
              ...daemonOptions(argv),
              concurrency: argv.concurrency,
              queues: argv.queue,
              drain: argv.drain,
            },
            host,
          ),
        ),
    )
    .command(
      "validate [files..]",
      "check files and print every problem",
      (command) =>
        command
          .positional("files", {
            type: "string",
            array: true,
            defaultDescription: "schedules.yml",
            describe: "files to check; - is standard input",
          })
          .option("json", { type: "boolean", default: false, describe: "one JSON object a line" })
          .example("clockd validate schedules.yml", ""),
      (argv) => {
        const { out, err, environment, readStdin } = host;
        const io = { out, err, environment, now: systemTime().now(), stdin: readStdin };
        return done(validate({ files: filesOf(argv.files), json: argv.json }, io));
      },
    );
}

function daemonFlags(command: Argv) {
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
        "its URL; otherwise CLOCKD_BROKER_URL, AMQP_URL, CLOUDAMQP_URL, RABBITMQ_URL or the file's",
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

function workerFlags(command: ReturnType<typeof daemonFlags>) {
  return command
    .option("concurrency", {
      type: "number",
      default: 4,
      requiresArg: true,
      describe: "commands to run at once",
      coerce: wholeNumber,
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
      coerce: duration,
    })
    .example("clockd worker --queue default --queue reports --concurrency 8", "");
}

function daemonOptions(argv: {
  config: string;
  broker: string | undefined;
  "log-level": DaemonOptions["logLevel"];
  "log-format": DaemonOptions["logFormat"];
}): DaemonOptions {
  const { config, broker } = argv;
  return { config, broker, logLevel: argv["log-level"], logFormat: argv["log-format"] };
}

const STDIN = "<stdin>";

/** yargs drops a lone `-`. */
function spellStdin(word: string): string {
  return word === "-" ? STDIN : word;
}

function filesOf(files: string[] | undefined): string[] {
  if (!files?.length) return ["schedules.yml"];
  return files.map((file) => (file === STDIN ? "-" : file));
}

/** A flag that is given twice counts once: the last one, as scripts that add flags expect. */
function last<T>(value: T | T[]): T {
  return Array.isArray(value) ? value.at(-1)! : value;
}

function wholeNumber(value: number): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= 10_000) return value;
  throw new UsageError("--concurrency takes a whole number from 1 to 10000");
}

function duration(text: string): number {
  const ms = parseDuration(String(text));
  if (ms !== undefined) return ms;
  throw new UsageError(`--drain takes a duration such as 30s or 5m, got "${text}"`);
}
