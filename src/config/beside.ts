import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { ReadFile } from "./closing.ts";

/** The largest file that is read: 32 MiB, as for the schedules themselves. */
const LARGEST_BYTES = 32 * 1024 * 1024;

/**
 * Reads the files that a schedules file names, relative to its folder. At once, not in turns of the
 * event loop: they are small, and a config is made whole or not at all.
 */
export function fileBeside(file: string): ReadFile {
  const folder = dirname(resolve(file));
  return (name) => {
    let descriptor: number | undefined;
    try {
      // A pipe is opened without waiting, and refused then.
      descriptor = openSync(resolve(folder, name), constants.O_RDONLY | constants.O_NONBLOCK);
      const stats = fstatSync(descriptor);
      if (!stats.isFile()) return { reason: "is no regular file" };
      if (stats.size > LARGEST_BYTES) return { reason: "is larger than 32 MiB" };
      const bytes = readFileSync(descriptor);
      return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
    } catch (error) {
      return reasonOf(error as NodeJS.ErrnoException);
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  };
}

function reasonOf({ code }: NodeJS.ErrnoException): { reason: string; hint?: string } {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return {
        reason: "there is no such file",
        hint: "paths are relative to the folder of the schedules",
      };
    case "EACCES":
    case "EPERM":
      return { reason: "may not be read by this user" };
    case "ERR_ENCODING_INVALID_ENCODED_DATA":
      return { reason: "is not UTF-8 text", hint: "save the file as UTF-8" };
    default:
      return { reason: `could not be read: ${code}`, hint: "check the disk and the path" };
  }
}
