import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type BrokerProblem, isBrokerProblem } from "./broker.ts";
import { type Identity, identify } from "./sqlite-identity.ts";
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
export interface OpenFile extends Identity {
  db: DatabaseSync;
  /** As it was asked for, for people. */
  path: string;
  /** Where it is: SQLite's side files are beside it, also when the path is a link to it. */
  real: string;
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
    if (!existsSync(path)) {
      if (!make) return noLedger(`there is no ${path}`);
      makeFile(path);
    }
    const real = realpathSync(path);
    const refused = checkPlace(path, real);
    if (refused) return refused;
    // Never the path itself: SQLite takes `file:…` for a URL.
    db = new DatabaseSync(real, { timeout: WAIT_MS });
    const unusable = checkFile(db, path, make) ?? prepare(db, path);
    if (!unusable) return { db, path, real, ...identify(real, db) };
    db.close();
    return unusable;
  } catch (error) {
    db?.close();
    return problemOf(error, path);
  }
}

function noLedger(reason: string): BrokerProblem {
  return problem("BROKER_NO_LEDGER", `${reason}: no clock has run with it here`);
}

function checkPlace(path: string, real: string): BrokerProblem | undefined {
  const stat = statSync(real);
  if (!stat.isFile()) {
    const what = stat.isDirectory() ? "a folder: name a file in it" : "no file: name another";
    return problem("BROKER_FILE", `${path} is ${what}`);
  }
  // SQLite would make side files that are read-only too, and stay so.
  if (may(real, constants.R_OK | constants.W_OK)) return networkProblem(real);
  if (may(real, constants.R_OK)) {
    return problem(
      "BROKER_READ_ONLY",
      `${path} is read-only: give clockd the right to write to it`,
    );
  }
  const reason = "this user may not use it: give it to the user that clockd runs as";
  return problem("BROKER_ACCESS", `${path}: ${reason}`);
}

function may(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}

/** Every commit is on the disk before it is confirmed, and the log of writes does not stay large. */
function prepare(db: DatabaseSync, path: string): BrokerProblem | undefined {
  const mode = db.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode;
  if (mode !== "wal") {
    const reason = "its file system has no memory that processes share, which SQLite needs";
    return problem("BROKER_FILE", `${path}: ${reason}: use a local disk, or RabbitMQ`);
  }
  db.exec("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16000000");
  db.exec("PRAGMA cache_size = -16000");
  // From the first reading on the side files are there.
  versionOf(db);
  return undefined;
}

/** The rights are there from the first moment. SQLite gives its side files the same ones. */
function makeFile(path: string): void {
  makeFolder(dirname(path));
  closeSync(openSync(path, "a", 0o600));
}

/** One by one: Node's own `recursive` never ends where the system has no folder to give, as below /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process was quicker.
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    throw error;
  }
  // The umask may have taken more away.
  chmodSync(folder, 0o700);
}

/** A file that is not clockd's is not touched. */
function checkFile(db: DatabaseSync, path: string, make: boolean): BrokerProblem | undefined {
  const isEmpty = db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.n === 0;
  const version = versionOf(db);
  if (isEmpty && version === 0) {
    if (!make) return noLedger(`${path} is empty`);
    makeTables(db);
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
