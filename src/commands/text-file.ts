import { randomBytes } from "node:crypto";
import { chmod, lstat, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { decode, readConfigFile } from "../config/file.ts";
import { formatProblem } from "../config/problem.ts";
import { EXIT } from "./host.ts";
import type { Refusal } from "./refusal.ts";

/** What a command that reads and writes text sees of the process. */
export interface TextIo {
  out(text: string): void;
  err(text: string): void;
  readStdin(): Promise<Buffer>;
}

/** A file's text, `-` being standard input. Its problem has been printed when there is only a code. */
export async function readTextFile(
  file: string,
  io: TextIo,
): Promise<{ text: string } | { code: number }> {
  const read = file === "-" ? decode("<stdin>", await io.readStdin()) : await readConfigFile(file);
  if ("text" in read) return read;
  io.err(`${formatProblem(read)}\n`);
  return { code: EXIT.refused };
}

/**
 * Writes a whole file or nothing: a reader sees the old text or the new one. Without `force` a file that is
 * there is left alone. What a link points at is written, with the rights that it had.
 */
export async function writeTextFile(
  path: string,
  text: string,
  force: boolean,
): Promise<Refusal | undefined> {
  const old = await lstat(path).catch(() => undefined);
  if (old && !force) {
    return { code: EXIT.problems, message: `${path} is there already: give --force to replace it` };
  }
  let beside: string | undefined;
  try {
    const target = old ? await realpath(path) : path;
    beside = join(dirname(target), `.clockd-${randomBytes(6).toString("hex")}.tmp`);
    const handle = await open(beside, "wx");
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (old) await chmod(beside, (await stat(target)).mode & 0o7777);
    await rename(beside, target);
    return undefined;
  } catch (error) {
    if (beside !== undefined) await rm(beside, { force: true }).catch(() => {});
    const { code, message } = error as NodeJS.ErrnoException;
    return { code: EXIT.problems, message: `${path} could not be written: ${code ?? message}` };
  }
}
