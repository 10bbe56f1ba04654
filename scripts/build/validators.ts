import { join } from "node:path";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import type { Plugin } from "esbuild";
import { AJV_OPTIONS, schemas } from "../../src/config/validators.ts";

/**
 * Puts the compiled schema in place of its compiler: `validators.ts` compiles at each start, which takes
 * longer than all else that `clockd validate` does.
 */
export function compiledSchema(root: string): Plugin {
  return {
    name: "compiled-schema",
    setup(build) {
      build.onLoad({ filter: /[/\\]src[/\\]config[/\\]validators\.ts$/ }, () => ({
        contents: `export { compileValidators };\n${compile()}`,
        loader: "js",
        // The code asks for parts of ajv's that stay.
        resolveDir: join(root, "src/config"),
      }));
    },
  };
}

function compile(): string {
  const code = { source: true, esm: true };
  const ajv = new Ajv({ ...AJV_OPTIONS, code, schemas: schemas() });
  const text = standalone.default(ajv, { file: "file", job: "job" });
  return `${text}\nfunction compileValidators() { return { file, job }; }`;
}
