import type { Argv } from "yargs";
import { systemTime } from "./clock/time.ts";
import { last, wholeNumber } from "./commands/flags.ts";
import { formatFlags, formatOf } from "./commands/format-flags.ts";
import type { Host } from "./commands/host.ts";
import { MOMENT_FORMS } from "./commands/moment.ts";

type Done = (code: Promise<number>) => Promise<void>;

/** Commands for who writes a schedules file, and who reviews it. `stdin`: how a lone `-` is spelt. */
export function reviewCommands(parser: Argv, host: Host, done: Done, stdin: string): Argv {
  const shown = testing(
    comparing(validating(parser, host, done, stdin), host, done, stdin),
    host,
    done,
    stdin,
  );
  return simulating(shown, host, done, stdin);
}

function validating(parser: Argv, host: Host, done: Done, stdin: string): Argv {
  return parser.command(
    "validate [files..]",
    "check files and print every problem",
    (command) =>
      formatFlags(command, ["text", "json", "github"])
        .positional("files", {
          type: "string",
          array: true,
          defaultDescription: "schedules.yml",
          describe: "files to check; - is standard input",
        })
        .option("strict", { type: "boolean", default: false, describe: "warnings fail too" })
        .option("broker", {
          type: "string",
          coerce: last<string | undefined>,
          describe:
            "also compare with the broker: a URL, or without one that of the environment or the file",
        })
        .example("clockd validate schedules.yml", "")
        .example("clockd validate --strict --format github", "annotations of a pull request"),
    (argv) => {
      const { out, err, environment, readStdin, hostname, pid } = host;
      const { now } = systemTime();
      const name = `${hostname} ${pid}`;
      const io = { out, err, environment, now: now(), stdin: readStdin };
      const { url, files } = apart(argv.broker, argv.files ?? []);
      const named = files.length > 0 ? files.map((file) => (file === stdin ? "-" : file)) : USUAL;
      const options = { files: named, format: formatOf(argv), strict: argv.strict };
      const check = async () => {
        const { validate } = await import("./commands/validate.ts");
        if (url === undefined) return validate(options, io);
        // A broker's driver takes long to load, and most checks need none.
        const { askBroker } = await import("./commands/validate-broker.ts");
        return validate(options, { ...io, askBroker: askBroker({ url, environment, name, now }) });
      };
      return done(check());
    },
  );
}

const text = { type: "string", requiresArg: true, coerce: last<string | undefined> } as const;

function comparing(parser: Argv, host: Host, done: Done, stdin: string): Argv {
  const source = { type: "string", demandOption: true } as const;
  return parser.command(
    "diff <old> <new>",
    "show what a change of the file means for jobs and slots",
    (command) =>
      formatFlags(command, ["text", "json", "markdown"])
        .positional("old", {
          ...source,
          describe: "a file, - for standard input, or one in git such as main:schedules.yml",
        })
        .positional("new", { ...source, describe: "the same" })
        .option("days", {
          type: "number",
          requiresArg: true,
          default: 30,
          coerce: wholeNumber("--days", 3660),
          describe: "compare the slots of so many days",
        })
        .option("from", { ...text, defaultDescription: "now", describe: `from ${MOMENT_FORMS}` })
        .option("timezone", {
          ...text,
          defaultDescription: "UTC",
          describe: "the zone of moments that belong to no job",
        })
        .option("exit-code", {
          type: "boolean",
          default: false,
          describe: "exit with 1 when there are differences",
        })
        .example("clockd diff main:schedules.yml schedules.yml", "")
        .example("clockd diff --format markdown origin/main:schedules.yml schedules.yml", ""),
    (argv) => {
      const { days, from, timezone, exitCode } = argv;
      const [old, now] = [argv.old, argv.new].map((name) => (name === stdin ? "-" : name));
      const options = { old: old!, new: now!, days, from, timezone, exitCode };
      const all = { ...options, format: formatOf(argv) };
      return done(import("./commands/diff.ts").then(({ diff }) => diff(all, reviewIo(host))));
    },
  );
}

function testing(parser: Argv, host: Host, done: Done, stdin: string): Argv {
  return parser.command(
    "test [file]",
    "check that the schedules do what the file's tests expect",
    (command) =>
      command
        .positional("file", {
          ...{ type: "string", default: USUAL[0]! },
          describe: "a file, - for standard input, or one in git such as main:schedules.yml",
        })
        .option("filter", {
          ...{ type: "string", array: true, requiresArg: true, default: [] as string[] },
          defaultDescription: "all",
          describe: "only tests with this in their name, or in their job's",
        })
        .option("json", { type: "boolean", default: false, describe: "one JSON object a line" })
        .example("clockd test schedules.yml", "")
        .example("clockd test --filter reports", ""),
    (argv) => {
      const { filter: filters, json } = argv;
      const file = argv.file === stdin ? "-" : argv.file;
      const options = { file, filters, json };
      return done(import("./commands/test.ts").then(({ test }) => test(options, reviewIo(host))));
    },
  );
}

function simulating(parser: Argv, host: Host, done: Done, stdin: string): Argv {
  return parser.command(
    "simulate [file]",
    "show how much is fired when, and which jobs should be spread",
    (command) =>
      command
        .positional("file", {
          ...{ type: "string", default: USUAL[0]! },
          describe: "a file, - for standard input, or one in git such as main:schedules.yml",
        })
        .option("from", { ...text, defaultDescription: "now", describe: `from ${MOMENT_FORMS}` })
        .option("to", {
          ...text,
          defaultDescription: "+7d",
          describe: "up to then; +2d counts from --from",
        })
        .option("timezone", {
          ...text,
          defaultDescription: "UTC",
          describe: "the zone of the hours, and of moments on this command line",
        })
        .option("json", { type: "boolean", default: false, describe: "JSON for machines" })
        .example("clockd simulate --timezone Europe/Berlin", "")
        .example("clockd simulate --from 2026-12-01 --to 2027-01-01", ""),
    (argv) => {
      const { from, to, timezone, json } = argv;
      const file = argv.file === stdin ? "-" : argv.file;
      const columns = Number(host.environment.COLUMNS) || process.stdout.columns || 80;
      const options = { file, from, to, timezone, json };
      const io = { ...reviewIo(host), columns };
      return done(import("./commands/simulate.ts").then(({ simulate }) => simulate(options, io)));
    },
  );
}

function reviewIo({ out, err, environment, isTerminal, readStdin }: Host) {
  return { out, err, environment, isTerminal, readStdin, now: systemTime().now() };
}

const USUAL = ["schedules.yml"];

/** In `--broker schedules.yml` the word is a file: a URL can be told from one. */
function apart(broker: string | undefined, files: readonly string[]) {
  if (broker === undefined || broker === "" || /^[a-z]+:/i.test(broker)) {
    return { url: broker, files: [...files] };
  }
  return { url: "", files: [broker, ...files] };
}
