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
  const ajv = new Ajv({ ...AJV_OPTIONS, code, schemas: withoutProse(schemas()) });
  const text = standalone.default(ajv, { file: "file", job: "job" });
  return `${text}\nfunction compileValidators() { return { file, job }; }`;
}

/** What is in a schema for people and editors: no check looks at it, and it is twice in the compiled code. */
const PROSE = new Set(["title", "description", "markdownDescription", "examples", "default"]);
/** Below these are names, which may be any word, and their schemas. */
const NAMES = new Set(["properties", "patternProperties", "definitions"]);

function withoutProse<T>(schema: T, areNames = false): T {
  if (Array.isArray(schema)) return schema.map((item) => withoutProse(item)) as T;
  if (typeof schema !== "object" || schema === null) return schema;
  const kept = Object.entries(schema).filter(([key]) => areNames || !PROSE.has(key));
  return Object.fromEntries(
    kept.map(([key, value]) => [key, withoutProse(value, !areNames && NAMES.has(key))]),
  ) as T;
}
