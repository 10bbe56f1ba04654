import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { temporaryFolder } from "../support/folder.ts";
import { type Ground, type Happening, type Plot, unknownFault } from "./ground.ts";
import type { BrokerFault } from "./kinds.ts";
import { SQLITE_MENU } from "./menu.ts";
import { smallDisk } from "./small-disk.ts";
import { collectFromSqlite, leftIn } from "./sqlite-evidence.ts";
import { fillDisk, holdLock, readLong } from "./sqlite-faults.ts";

/** The embedded broker: each round has a file of its own. Nothing has to be started. */
export function sqliteGround(): Ground {
  return {
    name: `SQLite ${versionOfSqlite()}`,
    menu: SQLITE_MENU,
    isAtomic: true,
    hasServices: false,
    async prepare(namespace, { faults }) {
      const isSmall = faults.some(({ kind }) => kind === "disk-full");
      return preparePlot(namespace, isSmall ? smallDisk() : temporaryFolder("faults-file"));
    },
    async stop() {},
  };
}

function preparePlot(namespace: string, folder: { path: string; remove(): void }): Plot {
  const path = join(folder.path, "clockd.db");
  const url = `sqlite:${path}`;
  return {
    exchange: "elsewhere",
    url,
    way: async () => ({ url, async close() {} }),
    suffer: (fault, happening) => suffer(path, fault, happening),
    collect: async () => collectFromSqlite(path, namespace),
    left: async () => leftIn(path, namespace),
    clear: async () => folder.remove(),
  };
}

function suffer(path: string, fault: BrokerFault, happening: Happening): Promise<void> {
  switch (fault.kind) {
    case "lock":
      return holdLock(path, fault.lasts, happening);
    case "long-read":
      return readLong(path, fault.lasts, happening);
    case "disk-full":
      return fillDisk(path, fault.lasts, happening);
    default:
      return Promise.reject(unknownFault(fault, "the embedded broker"));
  }
}

function versionOfSqlite(): string {
  const db = new DatabaseSync(":memory:");
  const version = String(db.prepare("SELECT sqlite_version() AS version").get()?.version);
  db.close();
  return version;
}
