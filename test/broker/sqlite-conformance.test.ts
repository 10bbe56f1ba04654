import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openBroker } from "../../src/broker/open.ts";
import { temporaryFolder } from "../support/folder.ts";
import { brokerConformance } from "./conformance.ts";

const folder = temporaryFolder("conformance");
const path = join(folder.path, "deep/er/clockd.db");
process.on("exit", () => folder.remove());

function open(namespace: string) {
  const options = { namespace, name: "test", now: Date.now, emit: () => {} };
  const broker = openBroker(`sqlite:${path}`, options);
  if ("code" in broker) throw new Error(broker.message);
  return broker;
}

/** As somebody else who has the file. */
async function asOther(work: (db: DatabaseSync) => void): Promise<void> {
  const db = new DatabaseSync(path, { timeout: 5000 });
  work(db);
  db.close();
}

const NS = "(SELECT id FROM namespaces WHERE name = ?)";

brokerConformance({
  name: "SQLite",
  isAtomic: true,
  open,
  inject: (namespace, queue, body) =>
    asOther((db) => {
      const sql = `INSERT INTO work (ns, queue, body) VALUES (${NS}, ?, ?)`;
      db.prepare(sql).run(namespace, queue, body);
    }),
  injectRecord: (namespace, type, body) =>
    asOther((db) => {
      const next = `UPDATE namespaces SET next = next + 1 WHERE name = ? RETURNING id, next - 1 AS at`;
      const { id, at } = db.prepare(next).get(namespace) as { id: number; at: number };
      db.prepare(
        "INSERT INTO ledger (ns, position, written, type, key, body) VALUES (?, ?, 0, ?, ?, ?)",
      ).run(id, at, type ?? null, `ledger.${type}`, body);
    }),
  injectDead: (namespace, headers, body) =>
    asOther((db) => {
      const sql = `INSERT INTO dead (ns, headers, body) VALUES (${NS}, ?, ?)`;
      db.prepare(sql).run(namespace, JSON.stringify(headers), body);
    }),
  deleteQueue: (namespace, queue) =>
    asOther((db) => {
      db.prepare(`DELETE FROM work WHERE ns = ${NS} AND queue = ?`).run(namespace, queue);
    }),
  async openFragile(namespace) {
    const cut = () =>
      void asOther((db) => {
        const leader = "SELECT leader FROM namespaces WHERE name = ?";
        db.prepare(`DELETE FROM links WHERE id = (${leader})`).run(namespace);
      });
    return { broker: open(namespace), cut, end() {} };
  },
  async takeDead(namespace) {
    const dead: { body: Buffer; headers: Record<string, unknown> }[] = [];
    await asOther((db) => {
      const rows = db.prepare(`DELETE FROM dead WHERE ns = ${NS} RETURNING *`).all(namespace);
      for (const { body, headers } of rows) {
        dead.push({ body: Buffer.from(body as Uint8Array), headers: JSON.parse(String(headers)) });
      }
    });
    return dead;
  },
  remove: (namespace) =>
    asOther((db) => {
      for (const table of ["ledger", "work", "waiting", "dead", "snapshots", "links"]) {
        db.prepare(`DELETE FROM ${table} WHERE ns = ${NS}`).run(namespace);
      }
      db.prepare("DELETE FROM namespaces WHERE name = ?").run(namespace);
    }),
});
