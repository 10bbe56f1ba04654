import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { makeTables } from "../../src/broker/sqlite-schema.ts";
import type { NaiveBroker, NaiveFire, NaiveSession } from "./naive-clock.ts";

/** The clock that keeps no record, on a file. Whoever leads has the number of its process there. */
export const naiveSqlite: NaiveBroker = async (url, session) => {
  const db = new DatabaseSync(url.slice("sqlite:".length), { timeout: 5000 });
  db.exec("PRAGMA journal_mode = WAL");
  makeTables(db);
  db.prepare("INSERT OR IGNORE INTO namespaces (name) VALUES (?)").run(session.namespace);
  session.log("clock.standing_by");
  while (!takeLead(db)) await sleep(50);
  session.lead((fire) => publish(db, fire, session));
  // A file is not lost as a connection is.
  await new Promise(() => {});
};

function takeLead(db: DatabaseSync): boolean {
  db.exec("BEGIN IMMEDIATE");
  const leader = db.prepare("SELECT leader FROM namespaces").get()?.leader as number | null;
  const isFree = leader === null || !isAlive(leader);
  if (isFree) db.prepare("UPDATE namespaces SET leader = ?").run(process.pid);
  db.exec("COMMIT");
  return isFree;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function publish(
  db: DatabaseSync,
  { job, slot, queue, isForeign }: NaiveFire,
  { log }: NaiveSession,
): void {
  const headers = JSON.stringify({ "x-clockd-job": job, "x-clockd-slot": slot });
  if (!isForeign) {
    const sql = "INSERT INTO work (ns, queue, headers, body) VALUES (1, ?, ?, ?)";
    db.prepare(sql).run(queue, headers, Buffer.from("{}"));
  }
  record(db, "fire", headers, {});
  if (isForeign) {
    const instant = Date.parse(slot);
    const what = { job, count: 1, first: instant, last: instant, reason: "no exchange" };
    record(db, "missed", "{}", what);
    log("fire.undeliverable", { job, fire: `${job}@${slot}` });
  } else {
    log("fire.confirmed", { job, slot, catchUp: false });
  }
}

function record(db: DatabaseSync, type: string, headers: string, body: object): void {
  const next = "UPDATE namespaces SET next = next + 1 RETURNING next - 1 AS position";
  const { position } = db.prepare(next).get() as { position: number };
  db.prepare(
    `INSERT INTO ledger (ns, position, written, type, key, headers, body)
     VALUES (1, ?, 0, ?, 'work', ?, ?)`,
  ).run(position, type, headers, Buffer.from(JSON.stringify(body)));
}
