import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "../../test/support/folder.ts";
import { baseNode } from "./base-node.ts";
import { codeCache } from "./code-cache.ts";
import type { Parts } from "./parts.ts";
import { stripped } from "./strip.ts";
import { isOwn, type Target } from "./targets.ts";

/**
 * How the Node inside is started, for a process that sleeps most of the time. The figures are in
 * docs/decisions/0013-the-executable.md.
 */
const FLAGS = [
  // New objects get 1 MiB instead of 16.
  "--max-semi-space-size=1",
  // One thread beside the main one for what V8 does meanwhile.
  "--v8-pool-size=1",
  // What runs ten times as often as is usual is optimised: the work of a day, and not that of the start.
  "--invocation-count-for-maglev=4000",
  "--invocation-count-for-maglev-osr=1000",
  "--invocation-count-for-turbofan=30000",
  "--invocation-count-for-osr=5000",
];

/** Makes the executable for a target: its Node with clockd inside. */
export function makeExecutable(target: Target, parts: Parts, output: string): void {
  const folder = temporaryFolder("executable");
  const at = (name: string) => join(folder.path, name);
  try {
    writeFileSync(at("main.js"), parts.main.text);
    writeFileSync(at("cli.js"), parts.cli.text);
    // Another machine's V8 may not take this one's code: there it is compiled at each start.
    const cache = isOwn(target) ? codeCache(parts.cli.text, FLAGS, folder.path) : "";
    writeFileSync(at("cli.cache"), cache);
    stripped(baseNode(target).path, at("node"), target);
    seal(folder.path);
    chmodSync(at("clockd"), 0o755);
    mkdirSync(dirname(output), { recursive: true });
    // Beside its place first: whoever runs the old one, or is killed half-way, never sees half a file.
    copyFileSync(at("clockd"), `${output}.new`);
    renameSync(`${output}.new`, output);
  } finally {
    folder.remove();
  }
}

/** By relative names: they are in the executable, and two builds are to be the same. */
function seal(folder: string): void {
  const config = {
    main: "main.js",
    executable: "node",
    output: "clockd",
    assets: { "cli.js": "cli.js", "cli.cache": "cli.cache" },
    execArgv: FLAGS,
    // To people this is clockd: NODE_OPTIONS is for the commands that it runs.
    execArgvExtension: "none",
    disableExperimentalSEAWarning: true,
  };
  writeFileSync(join(folder, "sea.json"), JSON.stringify(config));
  const stdio = ["ignore", "ignore", "inherit"] as const;
  execFileSync(process.execPath, ["--build-sea", "sea.json"], { cwd: folder, stdio: [...stdio] });
}
