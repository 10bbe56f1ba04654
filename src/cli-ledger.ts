import type { Argv } from "yargs";
import { deadCommands } from "./cli-dead.ts";
import { systemTime } from "./clock/time.ts";
import type { Host } from "./commands/host.ts";
import {
  checkFlag,
  historyFlags,
  ledgerFlags,
  ledgerOptions,
  logsFlags,
  triggerFlags,
  zoneFlag,
} from "./commands/ledger-flags.ts";
import type { LedgerIo } from "./commands/ledger-session.ts";

type Done = (code: Promise<number>) => Promise<void>;

/** Commands that read the ledger, or put into it what people ask for. `stdin`: how a lone `-` is spelt. */
export function ledgerCommands(parser: Argv, host: Host, done: Done, stdin: string): Argv {
  const shown = deadCommands(reading(parser, host, done), ioOf(host), done);
  return asking(shown, host, done, stdin);
}

function reading(parser: Argv, host: Host, done: Done): Argv {
  return parser
    .command(
      "status",
      "show who leads, and how the jobs are",
      (command) =>
        checkFlag(zoneFlag(ledgerFlags(command)))
          .example("clockd status --json", "")
          .example("clockd status --check", ""),
      (argv) => {
        const { timezone, check } = argv;
        const options = { ...ledgerOptions(argv), timezone, check };
        return done(
          import("./commands/status.ts").then(({ status }) => status(options, ioOf(host))),
        );
      },
    )
    .command(
      "history [job]",
      "show what happened",
      (command) =>
        historyFlags(zoneFlag(ledgerFlags(command)))
          .positional("job", { type: "string", describe: "only what happened to this job" })
          .example("clockd history --since -2h", "")
          .example("clockd history reports --since 2026-12-01 --json", ""),
      (argv) => {
        const { job, since, until, timezone, limit } = argv;
        const options = { ...ledgerOptions(argv), job, since, until, timezone, limit };
        return done(
          import("./commands/history.ts").then(({ history }) => history(options, ioOf(host))),
        );
      },
    )
    .command(
      "logs <what>",
      "show the end of what a run has put out",
      (command) =>
        logsFlags(ledgerFlags(command))
          .positional("what", {
            type: "string",
            demandOption: true,
            describe: "the id of a fire, or a job: its newest run",
          })
          .example("clockd logs reports", "")
          .example("clockd logs reports@2026-12-01T08:00:00Z --attempt 2", ""),
      (argv) => {
        const options = { ...ledgerOptions(argv), what: argv.what, attempt: argv.attempt };
        return done(import("./commands/logs.ts").then(({ logs }) => logs(options, ioOf(host))));
      },
    );
}

function asking(parser: Argv, host: Host, done: Done, stdin: string): Argv {
  const several = (command: Argv) =>
    ledgerFlags(command).positional("jobs", { type: "string", array: true, demandOption: true });
  return parser
    .command(
      "trigger <job>",
      "fire a job now, out of turn",
      (command) =>
        triggerFlags(ledgerFlags(command))
          .positional("job", { type: "string", demandOption: true, describe: "the job to fire" })
          .example("clockd trigger reports", "")
          .example(`clockd trigger reports --payload '{"kind": "long"}'`, ""),
      (argv) => {
        const payload = argv.payload === stdin ? "-" : argv.payload;
        const options = { ...ledgerOptions(argv), job: argv.job, payload, wait: argv.wait };
        return done(
          import("./commands/trigger.ts").then(({ trigger }) => trigger(options, ioOf(host))),
        );
      },
    )
    .command(
      "cancel <what..>",
      "end runs, or let fires not be run",
      (command) =>
        ledgerFlags(command)
          .positional("what", {
            type: "string",
            array: true,
            demandOption: true,
            describe: "ids of fires, or jobs: all their runs",
          })
          .example("clockd cancel reports", "")
          .example("clockd cancel reports@2026-12-01T08:00:00Z", ""),
      (argv) => {
        const options = { ...ledgerOptions(argv), what: argv.what };
        return done(
          import("./commands/cancel.ts").then(({ cancel }) => cancel(options, ioOf(host))),
        );
      },
    )
    .command(
      "pause <jobs..>",
      "fire no slot of jobs until they are resumed",
      (command) => several(command).example("clockd pause reports poll-orders", ""),
      (argv) => {
        const options = { ...ledgerOptions(argv), jobs: argv.jobs };
        return done(import("./commands/pause.ts").then(({ pause }) => pause(options, ioOf(host))));
      },
    )
    .command(
      "resume <jobs..>",
      "let paused jobs go on with their next slot",
      (command) => several(command).example("clockd resume reports", ""),
      (argv) => {
        const options = { ...ledgerOptions(argv), jobs: argv.jobs };
        return done(
          import("./commands/pause.ts").then(({ resume }) => resume(options, ioOf(host))),
        );
      },
    );
}

function ioOf({ out, err, environment, isTerminal, hostname, pid, readStdin }: Host): LedgerIo {
  const name = `${hostname}:${pid}`;
  return { out, err, environment, isTerminal, hostname, name, readStdin, time: systemTime() };
}
