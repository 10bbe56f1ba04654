import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/folder.ts";
import { type Bench, interleaved } from "./figures.ts";
import { idleMemory } from "./start/idle.ts";
import { buildSubjects, type Subjects, writeJobs } from "./start/subjects.ts";

const ROUNDS = 11;
const LONGEST_START = 2.2;
const MOST_MEMORY = 2.5;
const LARGEST_MB = 120;
const LARGEST_PACKED_MB = 30;

/** How soon clockd starts, how large it is, and what it takes when it has nothing to do. */
export async function run(bench: Bench): Promise<void> {
  const folder = temporaryFolder("bench-start");
  try {
    writeJobs(join(folder.path, "schedules.yml"));
    const subjects = buildSubjects(folder.path);
    await starts(bench, subjects, folder.path);
    sizes(bench, subjects.executable[0]!);
    for (const name of ["executable", "bundle", "source"] as const) {
      const { clock, bare } = await idleMemory(bench, subjects[name], folder.path);
      const goal = name === "executable" ? { goal: MOST_MEMORY } : {};
      bench.figure({ name: `idle-${name}`, value: clock / bare, unit: "x", ...goal });
      bench.figure({ name: `idle-${name}-anonymous`, value: clock, unit: "MiB" });
      bench.figure({ name: `idle-${name}-bare-node`, value: bare, unit: "MiB" });
    }
  } finally {
    folder.remove();
  }
}

async function starts(bench: Bench, subjects: Subjects, cwd: string): Promise<void> {
  for (const [command, args] of [
    ["version", ["--version"]],
    ["validate", ["validate", "schedules.yml"]],
  ] as const) {
    for (const [name, program] of Object.entries(subjects)) {
      const bare = () => timed([process.execPath, "-e", "0"], cwd);
      const ours = () => timed([...program, ...args], cwd);
      const { ratio, a, b } = await interleaved(ROUNDS, ours, bare);
      const goal = name === "executable" ? { goal: LONGEST_START } : {};
      bench.figure({ name: `${command}-${name}`, value: ratio, unit: "x", ...goal });
      bench.figure({ name: `${command}-${name}-time`, value: a, unit: "ms" });
      bench.figure({ name: `${command}-${name}-bare-node`, value: b, unit: "ms" });
      if (bench.signal.aborted) throw new Error("stopped");
    }
  }
}

/** ms from the call that starts it to its end. */
function timed([program = "", ...args]: readonly string[], cwd: string): number {
  const from = performance.now();
  const { status, stderr } = spawnSync(program, args, { cwd, encoding: "utf8" });
  const time = performance.now() - from;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${stderr}`);
  return time;
}

function sizes(bench: Bench, executable: string): void {
  const onDisk = statSync(executable).size / 1e6;
  bench.figure({ name: "on-disk", value: onDisk, unit: "MB", goal: LARGEST_MB });
  const script = 'xz -9 --stdout "$0" | wc -c';
  const { status, stdout } = spawnSync("sh", ["-c", script, executable], { encoding: "utf8" });
  if (status !== 0 || Number(stdout) === 0) {
    throw new Error("there is no xz here: install xz-utils");
  }
  const value = Number(stdout) / 1e6;
  bench.figure({ name: "packed-by-xz-9", value, unit: "MB", goal: LARGEST_PACKED_MB });
}
