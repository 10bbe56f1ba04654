import type { Instant } from "../clock/time.ts";
import { importCelery } from "../import/celery.ts";
import { importCrontab } from "../import/crontab.ts";
import type { Draft, Importer, ImportOptions } from "../import/draft.ts";
import { importHeroku } from "../import/heroku.ts";
import { importKubernetes } from "../import/kubernetes.ts";
import { settle } from "../import/settle.ts";
import { EXIT } from "./host.ts";
import type { Kind } from "./import-kinds.ts";
import { importReport, importSummary } from "./import-report.ts";
import { readTextFile, type TextIo, writeTextFile } from "./text-file.ts";

const IMPORTERS: Readonly<Record<Kind, Importer>> = {
  crontab: importCrontab,
  kubernetes: importKubernetes,
  celery: importCelery,
  heroku: importHeroku,
};

export interface ImportCommand extends Omit<ImportOptions, "file"> {
  kind: Kind;
  /** A path; `-` is standard input. */
  file: string;
  /** Where the result goes; undefined: to standard output. */
  output: string | undefined;
  force: boolean;
  json: boolean;
}

export interface ImportIo extends TextIo {
  /** ms UTC */
  now: Instant;
}

/**
 * `clockd import`: another scheduler's file as a schedules file. 0: every job was carried over; 1: some
 * were not, the rest is written all the same; 78: the file cannot be read as this kind, nothing is written.
 */
export async function importFile(options: ImportCommand, io: ImportIo): Promise<number> {
  const { kind, output } = options;
  const file = options.file === "-" ? "<stdin>" : options.file;
  const read = await readTextFile(options.file, io);
  if ("code" in read) return read.code;
  const draft = IMPORTERS[kind](read.text, { ...options, file });
  if ("message" in draft) {
    io.err(`${file} error IMPORT_NOT_THIS_KIND ${draft.message} (${draft.hint})\n`);
    return EXIT.refused;
  }
  const yaml = settle(draft, `From ${file} by clockd import ${kind}.`, io.now);
  if (output !== undefined) {
    const failed = await writeTextFile(output, yaml, options.force);
    if (failed) {
      io.err(`clockd: ${failed.message}\n`);
      return failed.code;
    }
  }
  if (options.json) io.out(`${JSON.stringify(importReport(draft, { file, kind, yaml }))}\n`);
  else if (output === undefined) io.out(yaml);
  io.err(importSummary(draft, file, output));
  return isWhole(draft) ? EXIT.ok : EXIT.problems;
}

function isWhole({ entries }: Draft): boolean {
  return entries.every(({ kind }) => kind === "job");
}
