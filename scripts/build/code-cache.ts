import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";

/**
 * The compiled form of what a start needs, by having this machine's Node start it once. It is the
 * same, byte for byte, each time: V8 mixes random numbers into its tables, and does some of its work when
 * there is time for it, so it gets a fixed seed and one thread. It takes the result only under the
 * flags that it was made with.
 */
export function codeCache(text: string, flags: readonly string[], folder: string): Buffer {
  const [source, cache] = [join(folder, "cli.js"), join(folder, "cli.cache")];
  writeFileSync(source, text);
  const script = (name: string) => join(import.meta.dirname, name);
  const steady = ["--predictable", "--random-seed=1"];
  const sample = join(ROOT, "schedules.example.yml");
  const args = [...flags, ...steady, script("record.ts"), source, cache, sample];
  // Nothing of the environment may have a say in what a build is.
  execFileSync(process.execPath, args, { env: {}, stdio: ["ignore", "ignore", "inherit"] });
  const accepted = spawnSync(process.execPath, [...flags, script("accept.ts"), source, cache]);
  if (accepted.status !== 0) {
    throw new Error(
      "V8 does not take the compiled code: scripts/build/record.ts has to end with the flags that it began with, but for the seed",
    );
  }
  return readFileSync(cache);
}
