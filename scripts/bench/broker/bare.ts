import { DatabaseSync } from "node:sqlite";
import type { WireMessage } from "../../../src/broker/wire.ts";

/** Enough to compare with, and nothing else: two tables, and the same bytes in both. */
const TABLES = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE ledger (ns INTEGER NOT NULL, position INTEGER NOT NULL, type TEXT, key TEXT, headers TEXT,
  body BLOB, PRIMARY KEY (ns, position)) STRICT, WITHOUT ROWID;
CREATE TABLE work (id INTEGER PRIMARY KEY AUTOINCREMENT, ns INTEGER, queue TEXT, owner INTEGER,
  headers TEXT, body BLOB) STRICT;
CREATE INDEX work_free ON work (ns, queue, id) WHERE owner IS NULL;
`;

/** What SQLite can do at best with the same messages, transactions and durability. */
export function openBare(path: string) {
  const db = new DatabaseSync(path);
  db.exec(TABLES);
  const ledger = db.prepare("INSERT INTO ledger VALUES (1, ?, 'fire', 'work.default', ?, ?)");
  const work = db.prepare(
    "INSERT INTO work (ns, queue, headers, body) VALUES (1, 'default', ?, ?)",
  );
  let position = 0;
  return {
    /** Resolves to how long it took. ms. */
    async insert(messages: readonly WireMessage[], atOnce: number): Promise<number> {
      const rows = messages.map(({ body, properties }) => {
        return { body, headers: JSON.stringify(properties.headers) };
      });
      const began = performance.now();
      for (let first = 0; first < rows.length; first += atOnce) {
        db.exec("BEGIN IMMEDIATE");
        for (const { headers, body } of rows.slice(first, first + atOnce)) {
          work.run(headers, body);
          ledger.run(position++, headers, body);
        }
        db.exec("COMMIT");
        await new Promise((resolve) => setImmediate(resolve));
      }
      const took = performance.now() - began;
      db.exec("DELETE FROM work; DELETE FROM ledger");
      return took;
    },
    close: () => db.close(),
  };
}
