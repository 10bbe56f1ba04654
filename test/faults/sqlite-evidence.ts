import { DatabaseSync } from "node:sqlite";
import type { SeenFire, SeenMissed } from "./evidence.ts";
import type { Collected } from "./ground.ts";

interface Row {
  position: number;
  type: string;
  headers: string;
  body: Uint8Array;
}

/** Reads all that a round has left in its file, and looks whether the file is whole. */
export function collectFromSqlite(path: string, namespace: string): Collected {
  const db = new DatabaseSync(path);
  try {
    const { id, next } = db
      .prepare("SELECT id, next FROM namespaces WHERE name = ?")
      .get(namespace) as { id: number; next: number };
    const work = db.prepare("SELECT headers FROM work WHERE ns = ? ORDER BY queue, id").all(id);
    const ledger = db
      .prepare("SELECT position, type, headers, body FROM ledger WHERE ns = ? ORDER BY position")
      .all(id) as unknown as Row[];
    return {
      queued: work.map(({ headers }) => fireOf(JSON.parse(String(headers)))),
      ledger: readLedger(ledger),
      odd: [...integrity(db), ...holes(ledger, next), ...overruled(ledger)],
      trail: ledger.map(trailOf),
    };
  } finally {
    db.close();
  }
}

/** What is left in work queues, and what waits to come into one. */
export function leftIn(path: string, namespace: string): string[] {
  const db = new DatabaseSync(path);
  try {
    return ["work", "waiting"].flatMap((table) =>
      db
        .prepare(
          `SELECT queue, headers FROM ${table} JOIN namespaces ON ns = namespaces.id WHERE name = ?`,
        )
        .all(namespace)
        .map(({ queue, headers }) => `left in ${table} (${queue}): ${nameIn(String(headers))}`),
    );
  } finally {
    db.close();
  }
}

function nameIn(headers: string): string {
  const content = JSON.parse(headers);
  return `${fireOf(content).id}#${content["x-clockd-attempt"]}`;
}

function readLedger(rows: readonly Row[]): Collected["ledger"] {
  const fires: SeenFire[] = [];
  const missed: SeenMissed[] = [];
  const added = new Map<string, number>();
  for (const row of rows) {
    if (row.type === "fire") {
      fires.push(fireOf(JSON.parse(row.headers)));
      continue;
    }
    const content = bodyOf(row);
    if (row.type === "missed") missed.push(content as unknown as SeenMissed);
    if (row.type !== "job" || content.event !== "added") continue;
    for (const job of content.jobs as string[]) {
      if (!added.has(job)) added.set(job, content.after as number);
    }
  }
  return { fires, missed, added };
}

function fireOf(headers: Record<string, unknown>): SeenFire {
  const job = String(headers["x-clockd-job"]);
  const slot = String(headers["x-clockd-slot"]);
  const flagged = headers["x-clockd-maybe-duplicate"] === true;
  return { id: `${job}@${slot}`, job, slot: Date.parse(slot), flagged };
}

function bodyOf({ body }: Row): Record<string, unknown> {
  return JSON.parse(Buffer.from(body).toString());
}

function trailOf(row: Row): string {
  const said = row.type === "fire" ? row.headers : Buffer.from(row.body).toString();
  return `${row.position} ${row.type} ${said}`;
}

function integrity(db: DatabaseSync): string[] {
  const found = db.prepare("PRAGMA integrity_check").all();
  const says = found.map((row) => String(row.integrity_check));
  return says.length === 1 && says[0] === "ok" ? [] : [`the file is damaged: ${says.join("; ")}`];
}

/** Positions count up from 0 without a gap, and the next one is known. */
function holes(rows: readonly Row[], next: number): string[] {
  const at = rows.findIndex(({ position }, index) => position !== index);
  if (at >= 0) return [`the ledger has position ${rows[at]!.position} in place of ${at}`];
  return next === rows.length ? [] : [`the ledger's next position is ${next}, not ${rows.length}`];
}

/** From the marker of a new leader on, nothing of an older one is accepted. */
function overruled(rows: readonly Row[]): string[] {
  let epoch = 0;
  const found: string[] = [];
  for (const row of rows) {
    if (row.type === "fire") {
      const headers = JSON.parse(row.headers);
      const of = Number(headers["x-clockd-epoch"]);
      if (of < epoch) found.push(`${fireOf(headers).id} is of epoch ${of}, after ${epoch} began`);
    } else {
      const { epoch: of, event } = bodyOf(row);
      if (event === "leading") epoch = Math.max(epoch + 1, Number(of));
      else if (typeof of === "number" && of < epoch) {
        found.push(`a record ${row.type} is of epoch ${of}, after ${epoch} began`);
      }
    }
  }
  return found;
}
