import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Ways to start clockd: name, and the beginning of the command line. */
export type Subjects = Readonly<Record<"executable" | "bundle" | "source", string[]>>;

const ROOT = join(import.meta.dirname, "../../..");

/** Builds the executable and the bundle into a folder: what is measured is what is here. */
export function buildSubjects(folder: string): Subjects {
  const build = (script: string, name: string) => {
    const outfile = join(folder, name);
    const args = [join(ROOT, "scripts", script), "--outfile", outfile];
    execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    return outfile;
  };
  return {
    executable: [build("build-binary.ts", "clockd")],
    bundle: [process.execPath, build("build.ts", "clockd.cjs")],
    source: [process.execPath, join(ROOT, "src/main.ts")],
  };
}

export const JOBS = 100;

/** Jobs that differ as people's do: most at a time of a day, some in an interval. None is due soon. */
export function writeJobs(path: string): void {
  const schedule = (n: number) =>
    n % 4 === 3
      ? `every: ${300 + n}d, anchor: "2026-01-01T00:00:00Z"`
      : `cron: "${(n * 7) % 60} ${n % 24} 1 7 *"`;
  const job = (n: number) => `  job-${n}: {${schedule(n)}, run: "node tasks/job.js ${n}"}\n`;
  const jobs = Array.from({ length: JOBS }, (_, n) => job(n)).join("");
  writeFileSync(path, `version: 1\nnamespace: bench\ndefaults: {timeout: 10m}\njobs:\n${jobs}`);
}
