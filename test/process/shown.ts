import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/folder.ts";
import { type ClockdOptions, runClockd } from "../support/process.ts";

/** What a command that ends by itself has printed. */
export interface Shown {
  code: number | null;
  stdout: string[];
  stderr: string[];
}

export async function show(args: string[], options?: ClockdOptions): Promise<Shown> {
  const clockd = runClockd(args, options);
  const { code } = await clockd.exited;
  const of = (name: "stdout" | "stderr") =>
    clockd.lines.filter(({ stream }) => stream === name).map(({ text }) => text);
  return { code, stdout: of("stdout"), stderr: of("stderr") };
}

/** A schedules file in a folder of its own. `body` is the YAML below the version. */
export function schedulesFile(body: string): { file: string; remove(): void } {
  const folder = temporaryFolder("shown");
  const file = join(folder.path, "schedules.yml");
  writeFileSync(file, `version: 1\n${body}`);
  return { file, remove: folder.remove };
}
