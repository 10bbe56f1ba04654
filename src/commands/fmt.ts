import { formatProblem } from "../config/problem.ts";
import { formatText } from "../format/format.ts";
import { EXIT } from "./host.ts";
import { readTextFile, type TextIo, writeTextFile } from "./text-file.ts";

export interface FmtOptions {
  /** Paths; `-` is standard input. */
  files: readonly string[];
  /** Write nothing, name what would change. */
  check: boolean;
}

/**
 * `clockd fmt`: writes files in one style and names those that it changed. 0: done; 1: with `check`, some
 * would change, or one could not be written; 78: a file has syntax errors, and is left as it is.
 */
export async function fmt({ files, check }: FmtOptions, io: TextIo): Promise<number> {
  let code: number = EXIT.ok;
  for (const file of files) code = Math.max(code, await formatFile(file, check, io));
  return code;
}

async function formatFile(file: string, check: boolean, io: TextIo): Promise<number> {
  const read = await readTextFile(file, io);
  if ("code" in read) return read.code;
  const name = file === "-" ? "<stdin>" : file;
  const formatted = formatText(read.text, name);
  if ("problems" in formatted) {
    for (const problem of formatted.problems) io.err(`${formatProblem(problem)}\n`);
    return EXIT.refused;
  }
  const changes = formatted.text !== read.text;
  if (check) {
    if (changes) io.out(`${name}\n`);
    return changes ? EXIT.problems : EXIT.ok;
  }
  if (file === "-") io.out(formatted.text);
  else if (changes) {
    const failed = await writeTextFile(file, formatted.text, true);
    if (failed) {
      io.err(`clockd: ${failed.message}\n`);
      return failed.code;
    }
    io.out(`${file}\n`);
  }
  return EXIT.ok;
}
