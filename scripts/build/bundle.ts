import { join } from "node:path";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { commitOf } from "./commit.ts";
import { lighterYargs } from "./lighter-yargs.ts";
import { compiledSchema } from "./validators.ts";

/** The checkout. */
export const ROOT = join(import.meta.dirname, "../..");

export interface BundleOptions {
  /** Relative to the checkout. */
  entry: string;
  /** Code before all else: it says what `importMetaUrl` is. */
  banner: string;
  plugins?: Plugin[];
  minify?: boolean;
}

export interface Bundle {
  text: string;
  /** What is in it, for the list of parts. */
  metafile: Metafile;
}

/** clockd, or a part of it, with its libraries and the schema as one text of CommonJS. */
export async function bundle(options: BundleOptions): Promise<Bundle> {
  const { outputFiles, metafile } = await build({ ...COMMON, ...own(options) });
  return { text: outputFiles[0]!.text, metafile };
}

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  write: false,
  metafile: true,
  platform: "node",
  target: "node26",
  // What a single executable can hold is CommonJS.
  format: "cjs",
  // One character beyond ASCII, and V8 keeps two bytes for every one of them.
  charset: "ascii",
  // For stack traces that name things.
  keepNames: true,
  legalComments: "none",
  logLevel: "warning",
} as const satisfies BuildOptions;

function own({ entry, banner, plugins = [], minify = false }: BundleOptions) {
  return {
    entryPoints: [entry],
    banner: { js: banner },
    // CommonJS has no import.meta, by which yargs finds its messages.
    define: { "import.meta.url": "importMetaUrl", CLOCKD_COMMIT: JSON.stringify(commitOf(ROOT)) },
    plugins: [compiledSchema(ROOT), lighterYargs, ...plugins],
    minifyWhitespace: minify,
    minifySyntax: minify,
    minifyIdentifiers: minify,
  };
}
