import type { Config } from "../../src/config/config.ts";
import { loadText } from "../../src/config/load.ts";
import { formatProblem } from "../../src/config/problem.ts";

/** The config of a text that has to be good. */
export function configOf(text: string, now = 0): Config {
  const options = { file: "schedules.yml", role: "validate" as const, environment: {}, now };
  const { config, problems } = loadText(text, options);
  if (config) return config;
  throw new Error(problems.map(formatProblem).join("\n"));
}
