import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bench, median } from "../figures.ts";
import { anonymousMiB, waitUntil } from "../running.ts";

/** V8 tidies up some seconds after a start; then nothing changes any more. ms */
const SETTLE_MS = 20_000;

/**
 * MiB of anonymous memory of an idle clock that leads, and of a Node that does nothing, started side by
 * side and looked at at the same time. `folder` holds the clock's file.
 */
export async function idleMemory(
  bench: Bench,
  command: readonly string[],
  folder: string,
): Promise<{ clock: number; bare: number }> {
  const log = join(folder, "log");
  const output = openSync(log, "w");
  const [program = "", ...first] = command;
  const args = [...first, "--config", "schedules.yml", "--log-format", "json"];
  const clock = spawn(program, args, { cwd: folder, stdio: ["ignore", output, "inherit"] });
  closeSync(output);
  const bare = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
  const children = [clock, bare];
  const gone = children.map((child) => new Promise((resolve) => child.on("exit", resolve)));
  try {
    const leads = () => readFileSync(log, "utf8").includes('"event":"clock.leading"');
    await waitUntil(bench, "clock that leads", leads);
    const from = performance.now();
    const seen: { clock: number; bare: number }[] = [];
    await waitUntil(bench, "quiet", () => {
      seen.push({ clock: anonymousMiB(clock.pid!), bare: anonymousMiB(bare.pid!) });
      return performance.now() - from > SETTLE_MS;
    });
    const last = seen.slice(-LOOKS);
    return {
      clock: median(last.map((look) => look.clock)),
      bare: median(last.map((look) => look.bare)),
    };
  } finally {
    for (const child of children) child.kill("SIGTERM");
    await Promise.all(gone);
  }
}

/** Looks at the end that count: four a second. */
const LOOKS = 9;
