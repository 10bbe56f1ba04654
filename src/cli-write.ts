import type { Argv } from "yargs";
import { systemTime } from "./clock/time.ts";
import { last } from "./commands/flags.ts";
import type { Host } from "./commands/host.ts";
import { KINDS } from "./commands/import-kinds.ts";

type Done = (code: Promise<number>) => Promise<void>;

const TEXT = { type: "string", requiresArg: true, coerce: last<string | undefined> } as const;

/** Commands that write schedules files. `stdin`: how a lone `-` is spelt. */
export function writeCommands(parser: Argv, host: Host, done: Done, stdin: string): Argv {
  const pathOf = (file: string) => (file === stdin ? "-" : file);
  return printing(importing(starting(parser, host, done), host, done, pathOf), host, done).command(
    "fmt [files..]",
    "write files in one style; comments and meaning stay",
    (command) =>
      command
        .positional("files", {
          type: "string",
          array: true,
          defaultDescription: "schedules.yml",
          describe: "files to write anew; - is standard input, to standard output",
        })
        .option("check", {
          type: "boolean",
          default: false,
          describe: "write nothing; name the files that would change, with exit code 1",
        })
        .example("clockd fmt", "")
        .example("clockd fmt --check schedules.yml", ""),
    ({ files, check }) => {
      const named = files?.length ? files.map(pathOf) : ["schedules.yml"];
      return done(
        import("./commands/fmt.ts").then(({ fmt }) => fmt({ files: named, check }, host)),
      );
    },
  );
}

function printing(parser: Argv, host: Host, done: Done): Argv {
  return parser.command(
    "schema",
    "print the JSON schema of schedules files, for editors",
    (command) =>
      command
        .option("compact", { type: "boolean", default: false, describe: "in one line" })
        .example("clockd schema >schedules.schema.json", ""),
    ({ compact }) =>
      done(
        import("./commands/schema.ts").then(({ printSchema }) => printSchema({ compact }, host)),
      ),
  );
}

function starting(parser: Argv, host: Host, done: Done): Argv {
  return parser.command(
    "init [file]",
    "write a first schedules file, with everything explained",
    (command) =>
      command
        .positional("file", { type: "string", default: "schedules.yml", describe: "its path" })
        .option("force", {
          type: "boolean",
          default: false,
          describe: "replace a file that is there",
        })
        .example("clockd init", ""),
    ({ file, force }) =>
      done(import("./commands/init.ts").then(({ init }) => init({ file, force }, host))),
  );
}

function importing(parser: Argv, host: Host, done: Done, pathOf: (file: string) => string): Argv {
  return parser.command(
    "import <kind> <file>",
    "turn another scheduler's file into a schedules file",
    importFlags,
    ({ kind, file, output, force, json, timezone, system, app }) => {
      const options = { kind, file: pathOf(file), output, force, json, timezone, system, app };
      const io = { ...ioOf(host), now: systemTime().now() };
      return done(import("./commands/import.ts").then(({ importFile }) => importFile(options, io)));
    },
  );
}

function importFlags(command: Argv) {
  return command
    .positional("kind", {
      choices: KINDS,
      demandOption: true,
      describe: "what the file is of",
    })
    .positional("file", {
      type: "string",
      demandOption: true,
      describe: "the file; - is standard input",
    })
    .option("output", {
      ...TEXT,
      alias: "o",
      describe: "write to this file, not to standard output",
    })
    .option("force", {
      type: "boolean",
      default: false,
      describe: "replace an --output that is there",
    })
    .option("json", {
      type: "boolean",
      default: false,
      describe: "what became of it, as one JSON object",
    })
    .option("timezone", {
      ...TEXT,
      describe: "the zone of the old schedules; default: as the file says, or UTC",
    })
    .option("system", {
      type: "boolean",
      describe:
        "crontab: there is a user after the time; --no-system: there is none; default: look",
    })
    .option("app", {
      ...TEXT,
      describe: "celery: what celery -A is told; default: as the file says, or app",
    })
    .example("clockd import crontab /etc/cron.d/backup", "")
    .example("crontab -l | clockd import crontab - --output schedules.yml", "");
}

function ioOf({ out, err, readStdin }: Host) {
  return { out, err, readStdin };
}
