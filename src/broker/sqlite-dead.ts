import { type BrokerProblem, isBrokerProblem, type LedgerLink } from "./broker.ts";
import {
  type DeadHow,
  noQueue,
  readLetter,
  retryHeaders,
  type SettledDead,
} from "./dead-letter.ts";
import type { Link } from "./sqlite-link.ts";
import { bytesOf, HIGHEST, headersOf } from "./sqlite-row.ts";

/** Read at once, and settled in one transaction: others want to write too. */
const PAGE = 200;

interface Row {
  id: number;
  headers: unknown;
  body: unknown;
}

/** The dead letters of the namespace; a letter's id is its row's. */
export function deadOf(link: Link, now: () => number): Pick<LedgerLink, "readDead" | "settleDead"> {
  const { db, ns, write, attempt } = link;
  const page = db.prepare(
    `SELECT id, headers, body FROM dead
     WHERE ns = ? AND id > ? AND id <= ${HIGHEST} ORDER BY id LIMIT ${PAGE}`,
  );
  const find = db.prepare("SELECT id, headers, body FROM dead WHERE ns = ? AND id = ?");
  const remove = db.prepare("DELETE FROM dead WHERE ns = ? AND id = ?");
  const put = db.prepare("INSERT INTO work (ns, queue, headers, body) VALUES (?, ?, ?, ?)");

  function settleOne(id: string, how: DeadHow, result: SettledDead): void {
    const row = isId(id) ? (find.get(ns, Number(id)) as Row | undefined) : undefined;
    if (!row) return;
    if (how === "retry") {
      const headers = headersOf(row.headers);
      const letter = readLetter(id, headers, bytesOf(row.body));
      if (letter.queue === "") return void result.failed.push({ id, problem: noQueue() });
      const text = JSON.stringify(retryHeaders(letter, headers, now()));
      put.run(ns, letter.queue, text, letter.body);
    }
    remove.run(ns, row.id);
    result.settled.push(id);
  }

  return {
    async readDead(onLetter) {
      let after = -1;
      for (;;) {
        const rows = attempt(() => page.all(ns, after) as unknown as Row[]);
        if (isBrokerProblem(rows)) return rows;
        for (const { id, headers, body } of rows) {
          onLetter(readLetter(String(id), headersOf(headers), bytesOf(body)));
          after = id;
        }
        if (rows.length < PAGE) return undefined;
      }
    },
    async settleDead(ids, how): Promise<SettledDead | BrokerProblem> {
      const all = [...new Set(ids)];
      const result: SettledDead = { settled: [], failed: [] };
      for (let from = 0; from < all.length; from += PAGE) {
        const done: SettledDead = { settled: [], failed: [] };
        const written = await write(() => {
          Object.assign(done, { settled: [], failed: [] });
          for (const id of all.slice(from, from + PAGE)) settleOne(id, how, done);
        });
        if (isBrokerProblem(written)) return written;
        result.settled.push(...done.settled);
        result.failed.push(...done.failed);
      }
      return result;
    },
  };
}

function isId(id: string): boolean {
  return /^\d{1,16}$/.test(id) && Number(id) <= HIGHEST;
}
