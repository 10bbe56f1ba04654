/**
 * `node record.ts SOURCE CACHE SAMPLE`: runs `clockd validate SAMPLE` from the text in SOURCE and
 * writes what V8 has compiled for it to CACHE.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import type { Host } from "../../src/commands/host.ts";

// Otherwise V8 drops code that has not run for a while, just before it is asked for it …
setFlagsFromString("--no-flush-bytecode");
const [source, cache, sample] = process.argv.slice(2) as [string, string, string];
const script = new Script(readFileSync(source, "latin1"), { filename: "clockd" });
const module: { exports: Partial<typeof import("../../src/cli.ts")> } = { exports: {} };
script.runInThisContext()(process.getBuiltinModule, module);

const never = new AbortController().signal;
const host: Host = {
  environment: {},
  out: () => {},
  log: () => {},
  err: (text) => void process.stderr.write(text),
  readStdin: async () => Buffer.alloc(0),
  isTerminal: false,
  pid: process.pid,
  hostname: "build",
  self: [],
  commandLine: [],
  become: () => "not here",
  stop: never,
  hurry: never,
  onReload: () => {},
};
const code = await module.exports.cli!(["validate", sample], host);
if (code !== 0)
  throw new Error(`clockd validate ${sample} ended with ${code}: mend it, then build`);
// … and flags are part of what must be the same when the cache is used.
setFlagsFromString("--flush-bytecode");
setFlagsFromString("--no-predictable");
writeFileSync(cache, script.createCachedData());
