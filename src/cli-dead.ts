import type { Argv } from "yargs";
import type { DeadHow } from "./broker/dead-letter.ts";
import { last } from "./commands/flags.ts";
import { ledgerFlags, ledgerOptions, zoneFlag } from "./commands/ledger-flags.ts";
import type { LedgerIo } from "./commands/ledger-session.ts";

type Done = (code: Promise<number>) => Promise<void>;

/** `clockd dead …`: messages that no worker could use. */
export function deadCommands(parser: Argv, io: LedgerIo, done: Done): Argv {
  return parser.command("dead", "list, show, retry or drop dead letters", (command) =>
    settling(showing(command, io, done), io, done).demandCommand(
      1,
      "clockd dead takes one of list, show, retry and drop",
    ),
  );
}

function showing(parser: Argv, io: LedgerIo, done: Done): Argv {
  return parser
    .command(
      "list [job]",
      "list them, oldest first",
      (command) =>
        zoneFlag(ledgerFlags(command))
          .positional("job", { type: "string", describe: "only those of this job" })
          .example("clockd dead list", "")
          .example("clockd dead list reports --json", ""),
      (argv) => {
        const { job, timezone } = argv;
        const options = { ...ledgerOptions(argv), job, timezone };
        return done(
          import("./commands/dead-list.ts").then(({ deadList }) => deadList(options, io)),
        );
      },
    )
    .command(
      "show <what>",
      "show one with its history and its runs",
      (command) =>
        zoneFlag(ledgerFlags(command))
          .positional("what", {
            type: "string",
            demandOption: true,
            describe: "its id, or that of its fire",
          })
          .example("clockd dead show reports@2026-12-01T08:00:00Z", ""),
      (argv) => {
        const { what, timezone } = argv;
        const options = { ...ledgerOptions(argv), what, timezone };
        return done(
          import("./commands/dead-show.ts").then(({ deadShow }) => deadShow(options, io)),
        );
      },
    );
}

function settling(parser: Argv, io: LedgerIo, done: Done): Argv {
  const flags = (command: Argv, how: DeadHow) =>
    ledgerFlags(command)
      .positional("whats", {
        type: "string",
        array: true,
        describe: "their ids, or those of their fires",
      })
      .option("job", {
        type: "string",
        requiresArg: true,
        coerce: last<string | undefined>,
        describe: "all of this job",
      })
      .option("all", { type: "boolean", default: false, describe: "all that there are" })
      .option("dry-run", { type: "boolean", default: false, describe: "only say which" })
      .example(`clockd dead ${how} reports@2026-12-01T08:00:00Z`, "");
  type Argued = Awaited<ReturnType<typeof flags>["argv"]>;
  const settle = (argv: Argued, how: DeadHow, yes: boolean) => {
    const { whats = [], job, all, dryRun } = argv;
    const options = { ...ledgerOptions(argv), how, whats, job, all, dryRun, yes };
    return done(
      import("./commands/dead-settle.ts").then(({ deadSettle }) => deadSettle(options, io)),
    );
  };
  return parser
    .command(
      "retry [whats..]",
      "put them back into their work queues, with all attempts anew",
      (command) => flags(command, "retry").example("clockd dead retry --job reports", ""),
      (argv) => settle(argv, "retry", false),
    )
    .command(
      "drop [whats..]",
      "throw them away",
      (command) =>
        flags(command, "drop")
          .option("yes", { type: "boolean", default: false, describe: "throw them away indeed" })
          .example("clockd dead drop --all --yes", ""),
      (argv) => settle(argv, "drop", argv.yes),
    );
}
