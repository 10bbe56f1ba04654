import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { bundle, ROOT } from "./build/bundle.ts";

/**
 * `npm run build [-- --outfile PATH]`: clockd as one file, with its libraries and the schema inside,
 * for a Node 26 that has nothing installed beside it.
 */
const { outfile } = parseArgs({
  options: { outfile: { type: "string", default: join(ROOT, "dist/clockd.cjs") } },
}).values;

const banner = `#!/usr/bin/env node
const importMetaUrl = require("node:url").pathToFileURL(__filename).href;`;
const { text } = await bundle({ entry: "src/main.ts", banner });
mkdirSync(dirname(outfile), { recursive: true });
writeFileSync(outfile, text);
chmodSync(outfile, 0o755);
console.log(`${outfile}: ${Math.round(text.length / 1024)} KiB`);
