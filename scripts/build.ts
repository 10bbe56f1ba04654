import { chmodSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";

/**
 * `npm run build [-- --outfile PATH]`: clockd as one file, with its libraries and the schema inside,
 * for a Node 26 that has nothing installed beside it.
 */
const root = join(import.meta.dirname, "..");
const { outfile } = parseArgs({
  options: { outfile: { type: "string", default: join(root, "dist/clockd.cjs") } },
}).values;

const { metafile } = await build({
  entryPoints: [join(root, "src/main.ts")],
  outfile,
  bundle: true,
  platform: "node",
  target: "node26",
  // What a single executable can hold is CommonJS.
  format: "cjs",
  // CommonJS has no import.meta, by which yargs finds its messages.
  define: { "import.meta.url": "importMetaUrl" },
  banner: {
    js: `#!/usr/bin/env node
const importMetaUrl = require("node:url").pathToFileURL(__filename).href;`,
  },
  // For stack traces that name things; the size does not matter beside Node's own.
  minify: false,
  keepNames: true,
  metafile: true,
  logLevel: "warning",
});
chmodSync(outfile, 0o755);
const [output] = Object.values(metafile.outputs);
console.log(`${outfile}: ${Math.round(output!.bytes / 1024)} KiB`);
