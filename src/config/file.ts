import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { createLines, type Place } from "./lines.ts";
import type { Problem } from "./problem.ts";

/** The largest file that is read: 32 MiB. */
export const LARGEST_FILE = 32 * 1024 * 1024;

/**
 * Reads a schedules file as text, without a byte order mark. Resolves with a problem when it cannot
 * be read or is no UTF-8 text; never waits for a pipe, never rejects for what is on the disk.
 */
export async function readConfigFile(path: string): Promise<{ text: string } | Problem> {
  let handle: FileHandle | undefined;
  try {
    // A pipe is refused before it is opened; should one take the file's place now, it is opened
    // without waiting and refused then.
    const refused = refuse(path, await stat(path));
    if (refused) return refused;
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const bytes = refuse(path, await handle.stat()) ?? (await readUpTo(handle, LARGEST_FILE));
    if (bytes === undefined) return tooLarge(path);
    return Buffer.isBuffer(bytes) ? decode(path, bytes) : bytes;
  } catch (reason) {
    return unreadable(path, reason as NodeJS.ErrnoException);
  } finally {
    await handle?.close();
  }
}

function refuse(path: string, stats: Stats): Problem | undefined {
  if (stats.isDirectory()) {
    return problem(path, "CONFIG_NOT_A_FILE", "is a folder", "name the file in it");
  }
  if (!stats.isFile()) {
    const hint = "give a regular file, or - for standard input where that is allowed";
    return problem(path, "CONFIG_NOT_A_FILE", "is a pipe, a socket or a device", hint);
  }
  return stats.size > LARGEST_FILE ? tooLarge(path) : undefined;
}

/** Undefined when there is more: a file may have grown since its size was asked for. */
async function readUpTo(handle: FileHandle, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  while (true) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1 << 20));
    if (bytesRead === 0) return Buffer.concat(chunks);
    chunks.push(buffer.subarray(0, bytesRead));
    size += bytesRead;
    if (size > most) return undefined;
  }
}

/** The text of a file's bytes, or why they are none. `path` is shown in the problem. */
export function decode(path: string, bytes: Buffer): { text: string } | Problem {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const hint = "save the file as UTF-8";
    return problem(path, "CONFIG_NOT_UTF8", "not UTF-8 text from here", hint, firstBad(bytes));
  }
  const nul = text.indexOf("\0");
  if (nul === -1) return { text };
  const hint = "remove it, or save the file as UTF-8";
  return problem(path, "CONFIG_NUL", "a NUL character", hint, createLines(text)(nul));
}

const REPLACEMENT = "\uFFFD";

/** Decoding puts U+FFFD for a bad byte: the first one that the file does not have itself is it. */
function firstBad(bytes: Buffer): Place {
  const text = bytes.toString("utf8");
  let [from, offset] = [0, 0];
  while (true) {
    const at = text.indexOf(REPLACEMENT, from);
    offset += Buffer.byteLength(text.slice(from, at));
    const written = bytes.subarray(offset, offset + 3).equals(Buffer.from(REPLACEMENT));
    if (!written || at === -1) return createLines(text)(Math.max(at, 0));
    [from, offset] = [at + 1, offset + 3];
  }
}

function tooLarge(path: string): Problem {
  const message = "is larger than 32 MiB";
  return problem(path, "CONFIG_TOO_LARGE", message, "split it into several files");
}

function unreadable(path: string, reason: NodeJS.ErrnoException): Problem {
  switch (reason.code) {
    case "ENOENT":
    case "ENOTDIR":
      return problem(path, "CONFIG_NOT_FOUND", "there is no such file", "check the path");
    case "EACCES":
    case "EPERM": {
      const hint = "let this user read the file and enter its folders";
      return problem(path, "CONFIG_NO_PERMISSION", "may not be read by this user", hint);
    }
    default:
      return problem(
        path,
        "CONFIG_UNREADABLE",
        `could not be read: ${reason.code ?? reason.message}`,
        "check the disk and the path",
      );
  }
}

function problem(
  file: string,
  code: string,
  message: string,
  hint: string,
  { line, column }: Place = { line: 0, column: 0 },
): Problem {
  return { file, line, column, level: "error", code, path: "", message, hint };
}
