import type { Plugin } from "esbuild";
import { type Bundle, bundle } from "./bundle.ts";

/** The two texts of an executable: `main` is small and takes `cli` in when it is needed. */
export interface Parts {
  main: Bundle;
  cli: Bundle;
}

export async function makeParts(): Promise<Parts> {
  const main = await bundle({
    entry: "src/main.ts",
    banner: "",
    plugins: [embedded],
    minify: true,
  });
  const cli = await bundle({ entry: "src/cli.ts", banner: CLI_BANNER, minify: true });
  return { main, cli: { ...cli, text: `(function(require,module){${cli.text}})` } };
}

const CLI_BANNER = `const importMetaUrl=require("node:url").pathToFileURL(process.execPath).href;`;

const embedded: Plugin = {
  name: "embedded",
  setup(build) {
    build.onResolve({ filter: /\/cli\.ts$/, namespace: "file" }, ({ kind, importer }) =>
      kind === "dynamic-import" && importer.endsWith("main.ts")
        ? { path: `${import.meta.dirname}/embedded.ts` }
        : undefined,
    );
  },
};
