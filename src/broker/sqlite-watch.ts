import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";

/** How often the database is asked whether it has changed, where the file system tells, and where not. ms. */
const TOLD_MS = 500;
const ASK_MS = 20;

/**
 * Calls `onChange` soon after another connection has committed, and sometimes for nothing. Linux
 * tells of every write; elsewhere, and when there are too many watches, the database is asked. Returns
 * what ends it.
 */
export function watchDatabase(path: string, db: DatabaseSync, onChange: () => void): () => void {
  const version = db.prepare("PRAGMA data_version");
  let seen: unknown;
  let planned: NodeJS.Immediate | undefined;
  let ended = false;

  function look(): void {
    planned = undefined;
    if (ended) return;
    const now = ask();
    if (now === seen) return;
    seen = now;
    onChange();
  }

  /** A database that cannot be read in this moment may have changed. */
  function ask(): unknown {
    try {
      return version.get()?.data_version;
    } catch {
      return undefined;
    }
  }

  const log = `${basename(path)}-wal`;
  const watcher = tryWatch(dirname(path), (name) => {
    // One write of SQLite is many of the file's.
    if (name === log || name === null) planned ??= setImmediate(look);
  });
  const isTold = watcher !== undefined && process.platform === "linux";
  const timer = setInterval(look, isTold ? TOLD_MS : ASK_MS);
  seen = ask();
  return () => {
    ended = true;
    clearInterval(timer);
    if (planned) clearImmediate(planned);
    watcher?.close();
  };
}

function tryWatch(folder: string, told: (name: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_, name) => told(name));
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
