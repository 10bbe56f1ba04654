/**
 * `npm run docs`: writes docs/configuration.md from the schema; with `--check` it writes nothing and exits
 * with 1 when the page is not what the schema says.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import schema from "../schema/schedules.schema.json" with { type: "json" };
import { referenceOf, type SchemaNode } from "./docs/reference.ts";

const page = join(import.meta.dirname, "../docs/configuration.md");
const text = referenceOf(schema as unknown as SchemaNode);

if (!process.argv.includes("--check")) {
  writeFileSync(page, text);
} else if (readFileSync(page, "utf8") !== text) {
  console.log("docs/configuration.md is not what the schema says: npm run docs");
  process.exitCode = 1;
}
