import type { Argv } from "yargs";
import { parseDuration } from "../config/duration.ts";
import type { Choice } from "./choice.ts";
import { MOMENT_FORMS } from "./moment.ts";
import { UsageError } from "./usage-error.ts";

/** A flag that is given twice counts once: the last one, as scripts that add flags expect. */
export function last<T>(value: T | T[]): T {
  return Array.isArray(value) ? value.at(-1)! : value;
}

/** A flag that takes a whole number. */
export function wholeNumber(flag: string, most: number): (value: number) => number {
  return (given) => {
    const value = last(given);
    if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
    throw new UsageError(`${flag} takes a whole number from 1 to ${most}`);
  };
}

/** A flag that takes a duration, as ms. */
export function duration(flag: string): (text: string) => number {
  return (given) => {
    const ms = parseDuration(String(last(given)));
    if (ms !== undefined) return ms;
    throw new UsageError(`${flag} takes a duration such as 30s or 5m, got "${given}"`);
  };
}

/** The flags of commands that show schedules without a broker. */
export function scheduleFlags(command: Argv) {
  const text = { type: "string", requiresArg: true, coerce: last<string | undefined> } as const;
  const texts = {
    type: "string",
    array: true,
    requiresArg: true,
    default: [] as string[],
  } as const;
  return command
    .option("config", {
      ...text,
      alias: "c",
      defaultDescription: "schedules.yml",
      describe: "the file with the jobs",
    })
    .option("cron", { ...texts, defaultDescription: "none", describe: "a pattern, or several" })
    .option("every", { ...text, describe: "an interval such as 2h30m" })
    .option("at", { ...texts, defaultDescription: "none", describe: "a date-time, or several" })
    .option("timezone", {
      ...text,
      defaultDescription: "UTC",
      describe: "the zone of --cron, of --at and of moments on this command line",
    })
    .option("from", {
      ...text,
      defaultDescription: "now",
      describe: `show what comes after: ${MOMENT_FORMS}`,
    })
    .option("json", { type: "boolean", default: false, describe: "JSON for machines" });
}

/** The flags as the commands take them. */
export function choiceOf(
  argv: Awaited<ReturnType<typeof scheduleFlags>["argv"]>,
  jobs: readonly string[],
): Choice & { from: string | undefined; json: boolean } {
  const { config, cron, every, at, timezone, from, json } = argv;
  return { jobs, config, cron, every, at, timezone, from, json };
}
