import { isBrokerProblem } from "./broker.ts";
import type { Link } from "./sqlite-link.ts";
import { isLocked } from "./sqlite-problem.ts";
import { HIGHEST } from "./sqlite-row.ts";

/** The ledger is kept for longer than the longest `catch_up.within`, as RabbitMQ's stream is. ms. */
const KEEP_MS = 32 * 24 * 3_600_000;
/** What the whole file may take before old records go sooner. */
const KEEP_BYTES = 1024 ** 3;
/** Never taken for their size: work queues that nobody empties must not cost a leader its memory. */
const KEEP_RECORDS = 100_000;
const LOOK_MS = 5000;
/** Forgotten in one transaction, and pages given back to the disk with them: others want to write too. */
const RECORDS = 1000;
const PAGES = 500;

/** The leader's housekeeping: forgets what is too old, and gives its space back to the disk. */
export function keepSmall(link: Link, now: () => number): void {
  const tidy = createTidying(link, now);
  let isBusy = false;
  const timer = setInterval(() => {
    if (link.isLost) return clearInterval(timer);
    if (isBusy) return;
    isBusy = true;
    void tidy()
      .catch((error) => {
        // Locked for a moment: then the next time.
        if (!isLocked(error)) link.fail(error);
      })
      .finally(() => {
        isBusy = false;
      });
  }, LOOK_MS);
  // It must not hold up the end of the process.
  timer.unref();
}

/** What forgets all that has to go now. Throws when the file cannot be read. */
export function createTidying({ db, ns, write }: Link, now: () => number): () => Promise<void> {
  const pragma = (name: string) =>
    Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const pageSize = pragma("page_size");
  const oldest = db.prepare(
    `SELECT min(position) AS position FROM ledger WHERE ns = ? AND position BETWEEN 0 AND ${HIGHEST}`,
  );
  const written = db.prepare(
    `SELECT min(written, ${HIGHEST}) AS written FROM ledger WHERE ns = ? AND position = ?`,
  );
  const next = db.prepare("SELECT next FROM namespaces WHERE id = ?");
  const forget = db.prepare("DELETE FROM ledger WHERE ns = ? AND position < ?");

  /** Up to where records have to go; undefined: none. */
  function limit(): number | undefined {
    const first = oldest.get(ns)?.position as number | null;
    if (first === null) return undefined;
    const last = written.get(ns, first + RECORDS)?.written;
    // The newest ones stay in any case.
    if (last === undefined) return undefined;
    const isOld = Number(last) < now() - KEEP_MS;
    return isOld || isTooMuch(first) ? first + RECORDS : undefined;
  }

  function isTooMuch(first: number): boolean {
    const used = (pragma("page_count") - pragma("freelist_count")) * pageSize;
    return used > KEEP_BYTES && Number(next.get(ns)?.next) - first > KEEP_RECORDS + RECORDS;
  }

  return async () => {
    for (let position = limit(); position !== undefined; position = limit()) {
      const until = position;
      if (isBrokerProblem(await write(() => forget.run(ns, until)))) return;
    }
    while (pragma("freelist_count") > PAGES) {
      // Inside no transaction of others; as one of its own it is as safe as they are.
      const freed = await write(() => db.prepare(`PRAGMA incremental_vacuum(${PAGES})`).all());
      if (isBrokerProblem(freed)) return;
    }
  };
}
