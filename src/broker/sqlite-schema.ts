import type { DatabaseSync } from "node:sqlite";

/** Marks the file as clockd's: the letters "clkd" (https://sqlite.org/pragma.html#pragma_application_id). */
export const APPLICATION_ID = 0x636c6b64;

/** The version of the tables. A clockd refuses a file with a higher one. */
export const FILE_VERSION = 1;

/**
 * A link is a process's open connection. Whoever finds it dead deletes its row, and that alone frees
 * what it held: the deliveries and the lead. A link whose row is gone can write nothing more.
 */
const TABLES = `
CREATE TABLE namespaces (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  next INTEGER NOT NULL DEFAULT 0, -- the position of the next record
  written INTEGER NOT NULL DEFAULT 0, -- when the newest record was written, never going back
  leader INTEGER
) STRICT;
CREATE TABLE links (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ns INTEGER NOT NULL,
  role TEXT NOT NULL,
  boot TEXT NOT NULL,
  space TEXT NOT NULL,
  pid INTEGER NOT NULL,
  started TEXT NOT NULL,
  patience INTEGER NOT NULL, -- dead when nothing is heard of it for so long, ms
  beats INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE ledger (
  ns INTEGER NOT NULL,
  position INTEGER NOT NULL,
  written INTEGER NOT NULL,
  type TEXT,
  key TEXT NOT NULL,
  headers TEXT,
  body BLOB NOT NULL,
  PRIMARY KEY (ns, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE work (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ns INTEGER NOT NULL,
  queue TEXT NOT NULL,
  owner INTEGER, -- the link that holds it
  taken INTEGER NOT NULL DEFAULT 0, -- how often it was delivered
  headers TEXT,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX work_free ON work (ns, queue, id) WHERE owner IS NULL;
CREATE INDEX work_held ON work (owner) WHERE owner IS NOT NULL;
CREATE TABLE waiting ( -- for its time to go into its work queue
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ns INTEGER NOT NULL,
  queue TEXT NOT NULL,
  since INTEGER NOT NULL,
  due INTEGER NOT NULL,
  headers TEXT,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX waiting_due ON waiting (ns, queue, due);
CREATE INDEX waiting_since ON waiting (ns, since);
CREATE TABLE dead (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ns INTEGER NOT NULL,
  headers TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE snapshots (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ns INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TRIGGER link_gone AFTER DELETE ON links BEGIN
  UPDATE work SET owner = NULL WHERE owner = OLD.id;
  UPDATE namespaces SET leader = NULL WHERE leader = OLD.id;
END;
`;

/** Makes the tables in a new file, once, whoever else does so at the same time. */
export function makeTables(db: DatabaseSync): void {
  // Before the first table, or it has no effect: pages that retention frees go back to the disk.
  db.exec("PRAGMA auto_vacuum = INCREMENTAL");
  db.exec("BEGIN IMMEDIATE");
  try {
    if (versionOf(db) === 0) {
      db.exec(TABLES);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FILE_VERSION}`);
    }
    db.exec("COMMIT");
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

export function versionOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.user_version);
}

export function applicationOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA application_id").get()?.application_id);
}
