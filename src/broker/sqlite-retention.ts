import { isBrokerProblem } from "./broker.ts";
import type { Link } from "./sqlite-link.ts";

/** The ledger is kept for longer than the longest `catch_up.within`, as RabbitMQ's stream is. ms. */
const KEEP_MS = 32 * 24 * 3_600_000;
/** What the whole file may take before old records go sooner. */
const KEEP_BYTES = 1024 ** 3;
const LOOK_MS = 5000;
/** Forgotten in one transaction, and pages given back to the disk with them: others want to write too. */
const RECORDS = 1000;
const PAGES = 500;

/** The leader's housekeeping: forgets what is too old, and gives its space back to the disk. */
export function keepSmall(link: Link, now: () => number): void {
  const { db, ns } = link;
  const pragma = (name: string) =>
    Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const pageSize = pragma("page_size");
  const oldest = db.prepare("SELECT min(position) AS position FROM ledger WHERE ns = ?");
  const written = db.prepare("SELECT written FROM ledger WHERE ns = ? AND position = ?");
  const forget = db.prepare("DELETE FROM ledger WHERE ns = ? AND position < ?");
  let isBusy = false;

  /** Up to where records have to go; undefined: none. */
  function limit(): number | undefined {
    const first = oldest.get(ns)?.position as number | null;
    if (first === null) return undefined;
    const used = (pragma("page_count") - pragma("freelist_count")) * pageSize;
    const last = written.get(ns, first + RECORDS)?.written;
    // The newest ones stay in any case.
    if (last === undefined) return undefined;
    const isOld = Number(last) < now() - KEEP_MS;
    return isOld || used > KEEP_BYTES ? first + RECORDS : undefined;
  }

  async function tidy(): Promise<void> {
    for (let position = limit(); position !== undefined; position = limit()) {
      const until = position;
      if (isBrokerProblem(await link.write(() => forget.run(ns, until)))) return;
    }
    while (pragma("freelist_count") > PAGES) {
      // Inside no transaction of others; as one of its own it is as safe as they are.
      const freed = await link.write(() => db.prepare(`PRAGMA incremental_vacuum(${PAGES})`).all());
      if (isBrokerProblem(freed)) return;
    }
  }

  const timer = setInterval(() => {
    if (link.isLost) return clearInterval(timer);
    if (isBusy) return;
    isBusy = true;
    void tidy()
      .catch(link.fail)
      .finally(() => {
        isBusy = false;
      });
  }, LOOK_MS);
}
