import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";

/**
 * The compiled form of what a start needs, by having this machine's Node start it once. It is the
 * same, byte for byte, each time: V8 mixes random numbers into its tables, so they get a fixed seed.
 * V8 takes it only under the flags that it was made with.
 */
export function codeCache(text: string, flags: readonly string[], folder: string): Buffer {
  const [source, cache] = [join(folder, "cli.js"), join(folder, "cli.cache")];
  writeFileSync(source, text);
  const recorder = join(import.meta.dirname, "record.ts");
  const sample = join(ROOT, "schedules.example.yml");
  const args = [...flags, "--random-seed=1", recorder, source, cache, sample];
  // Nothing of the environment may have a say in what a build is.
  execFileSync(process.execPath, args, { env: {}, stdio: ["ignore", "ignore", "inherit"] });
  return readFileSync(cache);
}
