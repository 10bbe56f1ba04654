import { closeSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { until } from "../support/until.ts";
import type { Happening } from "./ground.ts";

/** A clock's transactions take some ms; other faults may hold the lock for up to 15 s. ms. */
const LOCKED_WITHIN_MS = 60_000;

/** Another program begins a transaction to write, and leaves it open. */
export async function holdLock(
  path: string,
  lasts: number,
  { begun, pause }: Happening,
): Promise<void> {
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    await until(() => tryLock(db), LOCKED_WITHIN_MS, "the write lock");
    begun();
    if (canWrite(path)) throw new Error("the file was locked, and could be written all the same");
    await pause(lasts);
    db.exec("ROLLBACK");
  } finally {
    db.close();
  }
}

function tryLock(db: DatabaseSync): boolean {
  try {
    db.exec("BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === BUSY) return false;
    throw error;
  }
}

/** SQLITE_BUSY (https://sqlite.org/rescode.html#busy). */
const BUSY = 5;

function canWrite(path: string): boolean {
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    return tryLock(db);
  } finally {
    db.close();
  }
}

/**
 * Another program reads, and keeps its view of the file, as a backup does: the log of writes cannot
 * be emptied meanwhile.
 */
export async function readLong(
  path: string,
  lasts: number,
  { begun, pause }: Happening,
): Promise<void> {
  const db = new DatabaseSync(path, { timeout: 1000 });
  const records = () => Number(db.prepare("SELECT count(*) AS n FROM ledger").get()?.n);
  try {
    db.exec("BEGIN");
    const before = records();
    begun();
    await pause(lasts);
    if (records() !== before) throw new Error("the reader's view of the past was none");
    db.exec("COMMIT");
  } finally {
    db.close();
  }
}

/** Something else takes all the room that there is on the disk, and gives it back. */
export async function fillDisk(
  path: string,
  lasts: number,
  { begun, pause }: Happening,
): Promise<void> {
  const folder = dirname(path);
  const filler = join(folder, "filler");
  try {
    fill(filler);
    const { bavail } = statfsSync(folder);
    if (bavail > 0) throw new Error(`the disk was filled, and had ${bavail} blocks left`);
    begun();
    await pause(lasts);
  } finally {
    rmSync(filler, { force: true });
  }
}

/** Writes to a file until there is no room any more. */
function fill(path: string): void {
  const file = openSync(path, "w");
  try {
    for (const size of [256 * 1024, 4096]) {
      const block = Buffer.alloc(size);
      while (hasRoomFor(file, block));
    }
  } finally {
    closeSync(file);
  }
}

function hasRoomFor(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") return false;
    throw error;
  }
}
