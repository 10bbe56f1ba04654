import type { BrokerProblem } from "./broker.ts";

/** What SQLite's result codes (https://sqlite.org/rescode.html) mean for an operator. */
const MEANINGS: Readonly<Record<number, readonly [BrokerProblem["code"], string]>> = {
  3: ["BROKER_ACCESS", "this user may not use it: give it to the user that clockd runs as"],
  5: ["BROKER_LOCKED", "another program keeps it locked: end that program, or its transaction"],
  6: ["BROKER_LOCKED", "another program keeps it locked: end that program, or its transaction"],
  8: ["BROKER_READ_ONLY", "it is read-only: give clockd the right to write to it and its folder"],
  10: ["BROKER_DISK", "the disk cannot be read or written: look at the disk and its free space"],
  11: ["BROKER_FILE_BROKEN", "it is damaged: put it aside, or restore it with `sqlite3 .recover`"],
  13: ["BROKER_DISK_FULL", "the disk is full: make room, and clockd goes on by itself"],
  14: ["BROKER_FILE", "it cannot be opened: look at the rights of it and of its folder"],
  26: ["BROKER_FILE_BROKEN", "it is no SQLite database: name another file, or put this one aside"],
};

const FULL = 13;
const LOCKED = [5, 6];

/** What an exception of SQLite or of the file system says. Anything else is a bug, and thrown again. */
export function problemOf(error: unknown, path: string): BrokerProblem {
  const meaning = MEANINGS[primary(error)];
  if (meaning) return problem(meaning[0], `${path}: ${meaning[1]} (${textOf(error)})`);
  if (isSqliteError(error)) return problem("BROKER_FILE", `${path}: ${textOf(error)}`);
  const { code, message } = error as NodeJS.ErrnoException;
  // A number above 2^53 in the file: clockd has none.
  if (code === "ERR_OUT_OF_RANGE") return problem("BROKER_FILE_BROKEN", `${path}: ${message}`);
  if (typeof code !== "string" || code.startsWith("ERR_")) throw error;
  if (code === "ENOSPC" || code === "EDQUOT") return fullDisk(path, message);
  if (code === "EROFS") return problem("BROKER_READ_ONLY", `${path}: ${message}`);
  const access = code === "EACCES" || code === "EPERM";
  return problem(access ? "BROKER_ACCESS" : "BROKER_FILE", `${path}: ${message}`);
}

export function problem(code: BrokerProblem["code"], message: string): BrokerProblem {
  return { code, message };
}

/** Somebody else is writing in this moment. */
export function isLocked(error: unknown): boolean {
  return LOCKED.includes(primary(error));
}

export function isFull(error: unknown): boolean {
  return primary(error) === FULL;
}

function fullDisk(path: string, message: string): BrokerProblem {
  return problem("BROKER_DISK_FULL", `${path}: ${MEANINGS[FULL]![1]} (${message})`);
}

/** The extended result codes carry the primary one in their lowest byte. */
function primary(error: unknown): number {
  return isSqliteError(error) ? error.errcode & 0xff : -1;
}

function isSqliteError(error: unknown): error is Error & { errcode: number; errstr: string } {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number";
}

function textOf(error: unknown): string {
  return (error as Error).message;
}
