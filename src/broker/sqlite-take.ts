import { isBrokerProblem } from "./broker.ts";
import type { Link } from "./sqlite-link.ts";
import { HIGHEST } from "./sqlite-row.ts";

/** A message of a work queue. */
export interface WorkRow {
  id: number;
  /** How often it was delivered, this time included. */
  taken: number;
  headers: unknown;
  body: unknown;
}

export interface Taking {
  /** One of the deliveries was settled: there is room for another. */
  settled(): void;
  /** Takes no more. Resolves when nothing comes any more. */
  stop(): Promise<void>;
}

/** In one transaction: the first ones need not wait for the last. */
const AT_ONCE = 200;

/** Takes the oldest messages of a queue, as many as are held at once. */
export function takeFrom(
  link: Link,
  queue: string,
  prefetch: number,
  onRow: (row: WorkRow) => void,
): Taking {
  const { db, ns, id } = link;
  const free = `ns = ? AND queue = ? AND owner IS NULL AND id <= ${HIGHEST}`;
  const any = db.prepare(`SELECT 1 FROM work WHERE ${free} LIMIT 1`);
  const take = db.prepare(
    `UPDATE work SET owner = ?, taken = min(taken, 1000000) + 1 WHERE id IN
     (SELECT id FROM work WHERE ${free} ORDER BY id LIMIT ?)
     RETURNING id, taken, headers, body`,
  );
  let held = 0;
  let isStopped = false;
  let taking: Promise<void> | undefined;

  const look = link.guard(() => {
    if (isStopped || taking || held >= prefetch) return;
    // Without a lock: most of the time there is nothing.
    if (any.get(ns, queue)) taking = takeSome();
  });

  async function takeSome(): Promise<void> {
    const count = Math.min(prefetch - held, AT_ONCE);
    const taken = await link.write(() => take.all(id, ns, queue, count) as unknown as WorkRow[]);
    taking = undefined;
    if (isBrokerProblem(taken)) return;
    held += taken.value.length;
    for (const row of taken.value.toSorted((one, other) => one.id - other.id)) onRow(row);
    if (taken.value.length === count) look();
  }

  link.onChange(look);
  // Not in the turn of the opening, whose caller does not have the link yet.
  setImmediate(look);
  return {
    settled() {
      held--;
      look();
    },
    async stop() {
      isStopped = true;
      await taking;
    },
  };
}
