import type { Following, LedgerEntry, LedgerPlace } from "./broker.ts";
import type { Link } from "./sqlite-link.ts";
import { bytesOf, HIGHEST, headersOf } from "./sqlite-row.ts";
import { decodeRecordMessage } from "./wire-record.ts";

/** Read at once: other work need not wait for a long ledger. */
const PAGE = 500;

interface Row {
  position: number;
  type: unknown;
  key: unknown;
  headers: unknown;
  body: unknown;
}

/** Reads the ledger from a place on, and whatever is appended to it. Throws when the file cannot be read. */
export function followTable(
  link: Link,
  from: LedgerPlace,
  onEntry: (entry: LedgerEntry) => void,
): Following {
  const page = link.db.prepare(
    `SELECT position, type, key, headers, body FROM ledger
     WHERE ns = ? AND position BETWEEN ? AND ${HIGHEST} ORDER BY position LIMIT ${PAGE}`,
  );
  let next = firstOf(link, from);
  let isStopped = false;
  let isPlanned = false;

  function read(): void {
    isPlanned = false;
    if (isStopped || link.isLost) return;
    const rows = page.all(link.ns, next) as unknown as Row[];
    for (const row of rows) {
      next = row.position + 1;
      onEntry({ position: row.position, content: contentOf(row) });
      // Whoever is called may have had enough.
      if (isStopped) return;
    }
    if (rows.length === PAGE) plan();
  }

  function plan(): void {
    if (isPlanned) return;
    isPlanned = true;
    setImmediate(link.guard(read));
  }

  link.onChange(plan);
  plan();
  return {
    async stop() {
      isStopped = true;
    },
  };
}

function firstOf(link: Link, from: LedgerPlace): number {
  if (from === "oldest") return 0;
  return "after" in from ? from.after + 1 : positionSince(link, from.since);
}

/** `written` only grows with the position, so that halving finds the place. */
function positionSince({ db, ns }: Link, since: number): number {
  const ends = db.prepare(
    `SELECT min(position) AS low, max(position) AS high FROM ledger
     WHERE ns = ? AND position BETWEEN 0 AND ${HIGHEST}`,
  );
  const written = db.prepare(
    `SELECT min(written, ${HIGHEST}) AS written FROM ledger WHERE ns = ? AND position = ?`,
  );
  let { low, high } = ends.get(ns) as { low: number | null; high: number };
  if (low === null) return 0;
  high += 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (Number(written.get(ns, middle)?.written) >= since) high = middle;
    else low = middle + 1;
  }
  return low;
}

function contentOf({ type, key, headers, body }: Row): LedgerEntry["content"] {
  return decodeRecordMessage({
    type: type ?? undefined,
    key: String(key),
    headers: headersOf(headers),
    body: bytesOf(body),
  });
}
