import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/folder.ts";
import { isOwn, type Target } from "../build/targets.ts";

/** Runs an ARM program on another machine. Its libraries come from Debian's packages for cross compilers. */
const EMULATOR = "qemu-aarch64-static";
const LIBRARIES = "/usr/aarch64-linux-gnu";
const PACKAGES = "qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross libatomic1-arm64-cross";
/** An emulated start takes some seconds. ms */
const LIMIT_MS = 120_000;

/** The beginning of a command line that runs a target's programs here; undefined when nothing does. */
export function runnerFor(target: Target): string[] | undefined {
  if (isOwn(target)) return [];
  if (target.name !== "linux-arm64" || process.platform !== "linux") return undefined;
  if (spawnSync(EMULATOR, ["--version"]).status === 0 && existsSync(LIBRARIES)) {
    return [EMULATOR, "-L", LIBRARIES];
  }
  throw new Error(
    `nothing here runs programs for ARM: as root, type apt-get install -y ${PACKAGES}`,
  );
}

/** What goes wrong when an executable is asked for its version and to check files, in an empty world. */
export function faultsWhenRun(runner: readonly string[], file: string): string[] {
  const folder = temporaryFolder("release");
  const write = (name: string, job: string) =>
    writeFileSync(join(folder.path, name), `version: 1\njobs: {a: ${job}}\n`);
  write("good.yml", '{every: 1s, run: "true"}');
  write("bad.yml", '{evry: 1s, run: "true"}');
  const [command = file, ...first] = [...runner, file];
  const fault = (args: string[], code: number, output: RegExp): string[] => {
    const options = { cwd: folder.path, env: {}, encoding: "utf8", timeout: LIMIT_MS } as const;
    const { status, stdout, stderr } = spawnSync(command, [...first, ...args], options);
    if (status === code && stderr === "" && output.test(stdout)) return [];
    return [`${args.join(" ")}: exit code ${status}, output ${JSON.stringify(stdout + stderr)}`];
  };
  const faults = [
    ...fault(["--version"], 0, /^clockd \d+\.\d+\.\d+ \(commit \w+(-dirty)?, node v26\./),
    ...fault(["validate", "good.yml"], 0, /1 job, no problems/),
    ...fault(["validate", "bad.yml"], 1, /CONFIG_UNKNOWN_KEY/),
  ];
  folder.remove();
  return faults;
}
