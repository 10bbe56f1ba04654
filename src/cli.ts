import yargs, { type Argv } from "yargs";
import { completionCommand } from "./cli-completion.ts";
import { ledgerCommands } from "./cli-ledger.ts";
import { reviewCommands } from "./cli-review.ts";
import { writeCommands } from "./cli-write.ts";
import { systemTime } from "./clock/time.ts";
import { type CommandNode, recordCommands } from "./commands/command-tree.ts";
import { COMPLETE } from "./commands/completion-scripts.ts";
import { daemonFlags, daemonOptions, workerFlags, workerOptions } from "./commands/daemon-flags.ts";
import { choiceOf, last, scheduleFlags, wholeNumber } from "./commands/flags.ts";
import { EXIT, type Host } from "./commands/host.ts";
import type { ShowIo } from "./commands/show.ts";
import { UsageError } from "./commands/usage-error.ts";
import { usageHint } from "./commands/usage-hint.ts";
import { versionLine } from "./version.ts";

/** Runs one command line. Resolves with an exit code; rejects only on a bug. */
export async function cli(args: readonly string[], host: Host): Promise<number> {
  if (args[0] === COMPLETE) {
    const { answerShell } = await import("./commands/completion.ts");
    return answerShell(commandTree(host), args.slice(1), host);
  }
  let code: number = EXIT.ok;
  const done = (promise: Promise<number>) =>
    promise.then((answer) => {
      code = answer;
    });
  const parser = commands(yargs(args.map(spellStdin)), host, done)
    .scriptName("clockd")
    .strict()
    .exitProcess(false)
    .version(versionLine(process.version))
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
    host.err(usageHint(error.message, args, commandTree(host)));
    return EXIT.usage;
  }
  return code;
}

/** Every command with its flags: for completion, and for the manual pages. */
export function commandTree(host: Host): CommandNode {
  return recordCommands((parser) => commands(parser, host, async () => {}));
}

type Done = (code: Promise<number>) => Promise<void>;

function commands(parser: Argv, host: Host, done: Done): Argv {
  const reviewed = reviewCommands(running(parser, host, done), host, done, STDIN);
  const shown = writeCommands(showing(reviewed, host, done), host, done, STDIN);
  return completionCommand(ledgerCommands(shown, host, done, STDIN), host, done);
}

/** Commands that run until they are told to stop. */
function running(parser: Argv, host: Host, done: Done): Argv {
  return parser
    .command(
      "$0",
      "publish jobs as they come due",
      (command) => daemonFlags(command).example("clockd --config schedules.yml", ""),
      (argv) =>
        done(import("./commands/clock.ts").then(({ clock }) => clock(daemonOptions(argv), host))),
    )
    .command(
      "worker",
      "run the commands of published jobs",
      (command) =>
        workerFlags(daemonFlags(command)).example(
          "clockd worker --queue default --queue reports --concurrency 8",
          "",
        ),
      (argv) =>
        done(
          import("./commands/worker.ts").then(({ worker }) => worker(workerOptions(argv), host)),
        ),
    )
    .command(
      "up",
      "publish jobs and run their commands, in one process",
      (command) => workerFlags(daemonFlags(command)).example("clockd up", ""),
      (argv) => done(import("./commands/up.ts").then(({ up }) => up(workerOptions(argv), host))),
    );
}

/** Commands that need no broker: they read, print and end. */
function showing(parser: Argv, host: Host, done: Done): Argv {
  return parser
    .command(
      "next [jobs..]",
      "show the next slots of jobs, or of a schedule",
      (command) =>
        scheduleFlags(command)
          .positional("jobs", { type: "string", array: true, describe: "only these jobs" })
          .option("until", {
            type: "string",
            requiresArg: true,
            coerce: last<string | undefined>,
            describe: "show what comes up to then; +2d counts from --from",
          })
          .option("count", {
            type: "number",
            requiresArg: true,
            coerce: wholeNumber("--count", 100_000),
            defaultDescription: "10; with --until all",
            describe: "show so many slots",
          })
          .example("clockd next --config schedules.yml --until +2d", "")
          .example('clockd next --cron "30 2 * * *" --timezone Europe/Berlin', ""),
      (argv) => {
        const { until, count } = argv;
        const options = { ...choiceOf(argv, argv.jobs ?? []), until, count };
        return done(import("./commands/next.ts").then(({ next }) => next(options, showIo(host))));
      },
    )
    .command(
      "explain [job]",
      "say in words when a job is due",
      (command) =>
        scheduleFlags(command)
          .positional("job", { type: "string", describe: "a job of the file" })
          .example("clockd explain reports --config schedules.yml", "")
          .example('clockd explain --cron "0 9 L * *"', ""),
      (argv) => {
        const choice = choiceOf(argv, argv.job ? [argv.job] : []);
        return done(
          import("./commands/explain.ts").then(({ explain }) => explain(choice, showIo(host))),
        );
      },
    );
}

function showIo({ out, err, environment, isTerminal }: Host): ShowIo {
  return { out, err, environment, isTerminal, now: systemTime().now() };
}

const STDIN = "<stdin>";

/** yargs drops a lone `-`. */
function spellStdin(word: string): string {
  return word === "-" ? STDIN : word;
}
