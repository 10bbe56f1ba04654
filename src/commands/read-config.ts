import type { Instant } from "../clock/time.ts";
import { fileBeside } from "../config/beside.ts";
import type { Config } from "../config/config.ts";
import { readConfigFile } from "../config/file.ts";
import { loadText } from "../config/load.ts";
import { formatProblem, type Problem } from "../config/problem.ts";
import { EXIT } from "./host.ts";
import type { Refusal } from "./refusal.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The config of a file, for a command that ends by itself; or all its errors. */
export async function readConfig(
  file: string,
  environment: Environment,
  now: Instant,
): Promise<Config | Refusal> {
  const read = await readConfigFile(file);
  return "text" in read ? configOf(read.text, file, environment, now) : refused([read]);
}

/** The same, but undefined when there is no such file. */
export async function readConfigIfThere(
  file: string,
  environment: Environment,
  now: Instant,
): Promise<Config | Refusal | undefined> {
  const read = await readConfigFile(file);
  if ("text" in read) return configOf(read.text, file, environment, now);
  return read.code === "CONFIG_NOT_FOUND" ? undefined : refused([read]);
}

function configOf(
  text: string,
  file: string,
  environment: Environment,
  now: Instant,
): Config | Refusal {
  const options = { file, role: "ask" as const, environment, now };
  const { config, problems } = loadText(text, { ...options, readFile: fileBeside(file) });
  return config ?? refused(problems.filter(({ level }) => level === "error"));
}

/** All problems of a file, and the exit code for it. */
export function refused(problems: readonly Problem[]): Refusal {
  const lines = problems.map((found) => `${formatProblem(found)}\n`);
  return { code: EXIT.refused, message: lines.join("") };
}
