/** `node FLAGS accept.ts SOURCE CACHE`: exit code 1 when V8 does not take CACHE for what SOURCE compiles to. */
import { readFileSync } from "node:fs";
import { Script } from "node:vm";

const [source, cache] = process.argv.slice(2) as [string, string];
const cachedData = readFileSync(cache);
const script = new Script(readFileSync(source, "latin1"), { filename: "clockd", cachedData });
process.exitCode = script.cachedDataRejected ? 1 : 0;
