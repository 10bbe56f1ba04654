/**
 * Checks that the rooms of src keep to their rules (the table is in `rules/table.ts`): who imports
 * whom, who may use what, how long a file may be. `node scripts/rules.ts [FOLDER]` prints each
 * breach as `file:line message`, and exits with 1 when there is one.
 */
import { join, relative } from "node:path";
import { checkFolder } from "./rules/check.ts";

const folder = process.argv[2] ?? join(import.meta.dirname, "../src");
const breaches = checkFolder(folder);
for (const { file, line, message, level } of breaches) {
  const place = `${relative(process.cwd(), join(folder, file))}:${line}`;
  console.log(level === "error" ? `${place} ${message}` : `${place} warning: ${message}`);
}
process.exitCode = breaches.some(({ level }) => level === "error") ? 1 : 0;
