import { type FSWatcher, utimesSync, watch } from "node:fs";
import type { DatabaseSync } from "node:sqlite";

/** Tells the processes that share a database of each other's commits. */
export interface Bell {
  /** Call it after a commit that others wait for. */
  ring(): void;
  end(): void;
}

/** How often the database is asked whether it has changed, where the file system tells, and where not. ms. */
const TOLD_MS = 500;
const ASK_MS = 20;

/**
 * Calls `onChange` soon after another connection has committed and rung. The bell is the time stamp of
 * SQLite's side file `-shm`, which means nothing to anybody, and of whose change Linux tells. The
 * writes to the log `-wal` would come too early: while the writer waits for the disk there is
 * nothing new to see, and afterwards nobody tells. Elsewhere the database is asked.
 */
export function watchDatabase(path: string, db: DatabaseSync, onChange: () => void): Bell {
  const bell = `${path}-shm`;
  const version = db.prepare("PRAGMA data_version");
  let planned: NodeJS.Immediate | undefined;
  let ended = false;
  // The first question makes the side files.
  let seen = ask();

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

  const watcher = tryWatch(bell, () => {
    planned ??= setImmediate(look);
  });
  const timer = setInterval(look, watcher ? TOLD_MS : ASK_MS);
  return {
    // By name: closing a handle of our own on this file would take away all its locks (fcntl(2)).
    ring: () => quietly(() => utimesSync(bell, 0, 0)),
    end() {
      ended = true;
      clearInterval(timer);
      if (planned) clearImmediate(planned);
      watcher?.close();
    },
  };
}

function tryWatch(file: string, told: () => void): FSWatcher | undefined {
  if (process.platform !== "linux") return undefined;
  return quietly(() => {
    const watcher = watch(file, { persistent: false }, told);
    watcher.on("error", () => watcher.close());
    return watcher;
  });
}

/** Without it others learn a little later. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
