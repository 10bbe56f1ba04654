import { existsSync, utimesSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Taken } from "./amqp.ts";
import { idOf } from "./fire.ts";
import type { Stranger } from "./stranger.ts";

/** Somebody with the file of an embedded broker, which a clock or a worker has made. */
export function sqliteStranger(path: string, namespace: string): Stranger {
  /** Only for a moment: the file is put in order by whoever closes it last, and that shall be clockd. */
  const use = <T>(work: (db: DatabaseSync, ns: number) => T): T => {
    if (!existsSync(path)) throw new Error(`there is no ${path}`);
    const db = new DatabaseSync(path, { timeout: 5000 });
    try {
      const row = db.prepare("SELECT id FROM namespaces WHERE name = ?").get(namespace);
      if (!row) throw new Error(`there is no namespace ${namespace} in ${path}`);
      return work(db, Number(row.id));
    } finally {
      db.close();
    }
  };
  const takeRows = (sql: string, ...values: string[]) =>
    use((db, ns) => db.prepare(`${sql} RETURNING *`).all(ns, ...values) as unknown as Row[])
      .toSorted((one, other) => one.id - other.id)
      .map(takenOf);
  return {
    async put(queue, { body, headers = {} }) {
      use((db, ns) => {
        const sql = "INSERT INTO work (ns, queue, headers, body) VALUES (?, ?, ?, ?)";
        db.prepare(sql).run(ns, queue, JSON.stringify(headers), Buffer.from(body));
        // Clockd rings this bell after a commit. Without it a worker learns of the message later.
        utimesSync(`${path}-shm`, 0, 0);
      });
    },
    take: async (queue) =>
      takeRows("DELETE FROM work WHERE ns = ? AND queue = ? AND owner IS NULL", queue),
    takeDead: async () => takeRows("DELETE FROM dead WHERE ns = ?"),
    async close() {},
  };
}

interface Row {
  id: number;
  headers: string | null;
  body: Uint8Array;
  taken?: number;
}

function takenOf({ body, headers, taken = 0 }: Row): Taken {
  const bytes = Buffer.from(body);
  return {
    body: bytes,
    headers: JSON.parse(headers ?? "{}"),
    messageId: idOf(bytes),
    redelivered: taken > 0,
  };
}
