import { statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "./build/bundle.ts";
import { makeExecutable } from "./build/executable.ts";
import { makeParts } from "./build/parts.ts";
import { fileName, ownTarget } from "./build/targets.ts";

/** `npm run build:binary [-- --outfile PATH]`: clockd and its Node as one executable for this machine. */
const target = ownTarget();
const { outfile } = parseArgs({
  options: { outfile: { type: "string", default: join(ROOT, "dist", fileName("clockd", target)) } },
}).values;
makeExecutable(target, await makeParts(), outfile);
console.log(`${outfile}: ${(statSync(outfile).size / 1e6).toFixed(1)} MB`);
