import type { Plugin } from "esbuild";

/**
 * What yargs loads at its start and clockd does without. `string-width` makes a pattern of all emoji and
 * a splitter of text, which takes half as long as Node takes to start, to lay out a help that is plain
 * ASCII (tables of other people's words keep it). `escalade` looks for a package.json in the folders above.
 */
export const lighterYargs: Plugin = {
  name: "lighter-yargs",
  setup(build) {
    build.onResolve({ filter: /^(string-width|escalade\/sync)$/ }, ({ path, importer }) =>
      YARGS.test(importer) ? { path, namespace: "lighter-yargs" } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "lighter-yargs" }, ({ path }) => ({
      contents: INSTEAD[path]!,
    }));
  },
};

const YARGS = /[/\\]node_modules[/\\](yargs|cliui|wrap-ansi)[/\\]/;

const INSTEAD: Readonly<Record<string, string>> = {
  "string-width": `
import { stripVTControlCharacters } from "node:util";
export default (text) => stripVTControlCharacters(String(text)).length;
`,
  "escalade/sync": "export default () => undefined;",
};
