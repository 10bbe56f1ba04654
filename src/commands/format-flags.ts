import type { Argv } from "yargs";
import { last } from "./flags.ts";
import { UsageError } from "./usage-error.ts";

/** `--format`, and `--json` as its short form. */
export function formatFlags<F extends string>(command: Argv, formats: readonly F[]) {
  return command
    .option("format", {
      choices: formats,
      requiresArg: true,
      coerce: last<F | undefined>,
      defaultDescription: "text",
      describe: "how to print it",
    })
    .option("json", { type: "boolean", default: false, describe: "short for --format json" });
}

/** What they come to. */
export function formatOf<F extends string>({
  format,
  json,
}: {
  format: F | undefined;
  json: boolean;
}): F | "text" | "json" {
  if (json && format !== undefined && format !== "json") {
    throw new UsageError(`--json and --format ${format} cannot be given together`);
  }
  return json ? "json" : (format ?? "text");
}
