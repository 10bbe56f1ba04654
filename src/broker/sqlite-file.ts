import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type BrokerProblem, isBrokerProblem } from "./broker.ts";
import { networkProblem } from "./sqlite-network.ts";
import { problem, problemOf } from "./sqlite-problem.ts";
import {
  APPLICATION_ID,
  applicationOf,
  FILE_VERSION,
  makeTables,
  versionOf,
} from "./sqlite-schema.ts";

/** An open database, and the file that it is: somebody may put another in its place. */
export interface OpenFile {
  db: DatabaseSync;
  path: string;
  /** False when the file was deleted or replaced meanwhile. */
  isThere(): boolean;
}

/** SQLite waits this long by itself, and this process with it, for another's short write. ms. */
const WAIT_MS = 20;
/** What another process that opens the file at the same time may take. ms. */
const OPEN_WITHIN_MS = 2000;

/**
 * Opens the file. `make`: when it does not exist it is made, with rights for its owner only
 * (0600, in a folder with 0700); otherwise the problem is `BROKER_NO_LEDGER`.
 */
export async function openFile(path: string, make: boolean): Promise<OpenFile | BrokerProblem> {
  const end = performance.now() + OPEN_WITHIN_MS;
  for (;;) {
    const opened = tryOpen(path, make);
    const isBusy = isBrokerProblem(opened) && opened.code === "BROKER_LOCKED";
    if (!isBusy || performance.now() > end) return opened;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}

function tryOpen(path: string, make: boolean): OpenFile | BrokerProblem {
  let db: DatabaseSync | undefined;
  try {
    const refused = prepare(path, make);
    if (refused) return refused;
    db = new DatabaseSync(path, { timeout: WAIT_MS });
    const foreign = checkFile(db, path, make);
    if (foreign) {
      db.close();
      return foreign;
    }
    // Every commit is on the disk before it is confirmed, and the log of writes does not stay large.
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    db.exec("PRAGMA journal_size_limit = 16000000; PRAGMA cache_size = -16000");
    return { db, path, isThere: watchIdentity(path) };
  } catch (error) {
    db?.close();
    return problemOf(error, path);
  }
}

function prepare(path: string, make: boolean): BrokerProblem | undefined {
  if (!existsSync(path)) {
    if (!make) {
      return problem("BROKER_NO_LEDGER", `there is no ${path}: no clock has run with it here`);
    }
    makeFile(path);
  }
  return networkProblem(path);
}

/** The rights are there from the first moment. SQLite gives its side files the same ones. */
function makeFile(path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  }
  closeSync(openSync(path, "a", 0o600));
}

/** A file that is not clockd's is not touched. */
function checkFile(db: DatabaseSync, path: string, make: boolean): BrokerProblem | undefined {
  const isEmpty = db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.n === 0;
  const version = versionOf(db);
  if (isEmpty && version === 0) {
    if (make) makeTables(db);
    else return problem("BROKER_NO_LEDGER", `${path} is empty: no clock has run with it here`);
    return undefined;
  }
  if (applicationOf(db) !== APPLICATION_ID) {
    return problem("BROKER_FILE_FOREIGN", `${path} is a database of another program: name another`);
  }
  if (version > FILE_VERSION) {
    const reason = `it is of a newer clockd (version ${version}, this one knows ${FILE_VERSION})`;
    return problem("BROKER_NEWER", `${path}: ${reason}: use that clockd, or another file`);
  }
  return undefined;
}

function watchIdentity(path: string): () => boolean {
  const { ino, dev } = statSync(path);
  return () => {
    const now = statSync(path, { throwIfNoEntry: false });
    return now?.ino === ino && now.dev === dev;
  };
}
