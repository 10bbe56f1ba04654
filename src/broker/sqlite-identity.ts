import { rmSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";

/** Which files a database is, beyond their names. */
export interface Identity {
  /** False when one of them was deleted or replaced. Throws when that cannot be found out. */
  isThere(): boolean;
  /** Call it when it is no longer there: what is left must not harm whoever opens the name next. */
  forsake(): void;
}

/** SQLite's log of writes, and the memory that its users share. They are there as long as anybody uses them. */
const SIDES = ["-wal", "-shm"];

/** Of an open database at its real path. */
export function identify(path: string, db: DatabaseSync): Identity {
  const own = idOf(path);
  const sides = SIDES.map((end) => ({ file: path + end, id: idOf(path + end) }));
  const isOurs = () => idOf(path) === own;
  return {
    isThere: () => isOurs() && sides.every(({ file, id }) => idOf(file) === id),
    forsake() {
      try {
        // Whoever opens it next does not find this log: all of it goes into the file.
        if (isOurs()) return void db.exec("PRAGMA wal_checkpoint(PASSIVE)");
        // Another database would take the old one's log for its own.
        for (const { file, id } of sides) if (idOf(file) === id) rmSync(file, { force: true });
      } catch {
        // It is as it is: damaged, or another user's.
      }
    },
  };
}

/** Its number is not used again as long as it is open. Undefined: there is none. */
function idOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
}
