import { dirname, join } from "node:path";
import schema from "../../schema/schedules.schema.json" with { type: "json" };
import { EXIT } from "./host.ts";
import { STARTER } from "./starter.ts";
import { type TextIo, writeTextFile } from "./text-file.ts";

export interface InitOptions {
  file: string;
  /** Replace a file that is there. */
  force: boolean;
}

const SCHEMA_FILE = "schedules.schema.json";

/**
 * `clockd init`: writes a first schedules file, and beside it the schema that editors complete it with.
 * 0: done; 1: it is there already, or cannot be written.
 */
export async function init({ file, force }: InitOptions, io: TextIo): Promise<number> {
  const failed = await writeTextFile(file, STARTER, force);
  if (failed) {
    io.err(`clockd: ${failed.message}\n`);
    return failed.code;
  }
  const beside = join(dirname(file), SCHEMA_FILE);
  const kept = await writeTextFile(beside, `${JSON.stringify(schema, null, 2)}\n`, force);
  if (kept) io.err(`clockd: ${kept.message}\n`);
  io.out(`${next(file, beside)}\n`);
  return EXIT.ok;
}

function next(file: string, schemaFile: string): string {
  const config = file === "schedules.yml" ? "" : ` --config ${file}`;
  const named = file === "schedules.yml" ? "" : ` ${file}`;
  return `wrote ${file}; ${schemaFile} is for editors, which complete and check it

  clockd up${config}           # runs it: a line every 10 seconds, Ctrl-C ends it
  clockd validate${named}     # after every edit, and in CI
  clockd next${config}         # when what is due

Keep both files in your repo, and .clockd/ out of it: that is where the embedded broker lies.`;
}
