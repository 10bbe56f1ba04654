import { isBrokerProblem } from "./broker.ts";
import type { Link } from "./sqlite-link.ts";
import { HIGHEST } from "./sqlite-row.ts";

/** In one transaction: others want to write too. */
const AT_ONCE = 200;
/** A timer of the runtime fires at once when it is asked for more than 24.8 days. ms. */
const LONGEST_TIMER_MS = 3_600_000;

/**
 * Moves what has waited long enough to the end of its work queue, for the queues that this link takes
 * from. Nothing is asked in between: whoever puts something there rings, and one timer is set for the
 * first that is due. Returns what ends it.
 */
export function wakeWaiting(link: Link, queues: readonly string[], now: () => number): () => void {
  const waiting = createWaiting(link, queues);
  let timer: NodeJS.Timeout | undefined;
  let isWriting = false;
  let isStopped = false;

  const look = link.guard(() => {
    clearTimeout(timer);
    if (isWriting || isStopped) return;
    const at = now();
    if (waiting.isAhead(at)) return void write(() => waiting.setRight(at));
    const due = waiting.firstDue();
    if (due === undefined) return;
    if (due <= at) return void write(() => waiting.move(at));
    // It must not hold up the end of the process.
    timer = setTimeout(look, Math.min(due - at, LONGEST_TIMER_MS)).unref();
  });

  async function write(work: () => void): Promise<void> {
    isWriting = true;
    const written = await link.write(work);
    isWriting = false;
    if (!isBrokerProblem(written)) look();
  }

  const stop = () => {
    isStopped = true;
    clearTimeout(timer);
  };
  link.onChange(look);
  setImmediate(look);
  void link.lost.then(stop);
  return stop;
}

interface Row {
  id: number;
  due: number;
  headers: string | null;
  body: Uint8Array;
}

function createWaiting({ db, ns }: Link, queues: readonly string[]) {
  const known = `ns = ? AND queue = ? AND id BETWEEN 0 AND ${HIGHEST} AND due >= 0`;
  const first = db.prepare(
    `SELECT min(due, ${HIGHEST}) AS due FROM waiting WHERE ${known} ORDER BY waiting.due LIMIT 1`,
  );
  const take = db.prepare(
    `DELETE FROM waiting WHERE id IN
     (SELECT id FROM waiting WHERE ${known} AND due <= ? ORDER BY due, id LIMIT ${AT_ONCE})
     RETURNING id, due, headers, body`,
  );
  const put = db.prepare("INSERT INTO work (ns, queue, headers, body) VALUES (?, ?, ?, ?)");
  // What makes no sense is left as it is.
  const later = `ns = ?1 AND since > ?2 AND since <= ${HIGHEST} AND due BETWEEN since AND ${HIGHEST}`;
  const ahead = db.prepare(`SELECT 1 FROM waiting WHERE ${later} LIMIT 1`);
  const setRight = db.prepare(
    `UPDATE waiting SET since = ?2, due = ?2 + (due - since) WHERE ${later}`,
  );
  return {
    /** Something was put there later than now: the machine's clock has been set back. */
    isAhead: (at: number) => ahead.get(ns, at) !== undefined,
    /** Its whole wait begins anew, so that it is never longer than twice what was asked for. */
    setRight: (at: number) => void setRight.run(ns, at),
    firstDue(): number | undefined {
      const dues = queues.flatMap((queue) => {
        const due = first.get(ns, queue)?.due;
        return due === undefined ? [] : [Number(due)];
      });
      return dues.length > 0 ? Math.min(...dues) : undefined;
    },
    move(at: number): void {
      for (const queue of queues) {
        const rows = take.all(ns, queue, at) as unknown as Row[];
        rows.sort((one, other) => one.due - other.due || one.id - other.id);
        for (const { headers, body } of rows) put.run(ns, queue, headers, body);
      }
    },
  };
}
