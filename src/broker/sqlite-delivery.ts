import { type Delivery, isBrokerProblem } from "./broker.ts";
import { deadHeaders } from "./dead-letter.ts";
import type { Link } from "./sqlite-link.ts";
import { bytesOf, headersOf } from "./sqlite-row.ts";
import type { WorkRow } from "./sqlite-take.ts";
import { decodeFire, isWireProblem } from "./wire.ts";

/** What can become of a message that this link holds; each is one transaction. */
export type Settling = ReturnType<typeof createSettling>;

export function createSettling({ db, ns, id, write }: Link) {
  const finish = db.prepare("DELETE FROM work WHERE id = ? AND owner = ?");
  const giveBack = db.prepare("UPDATE work SET owner = NULL WHERE id = ? AND owner = ?");
  const bury = db.prepare("INSERT INTO dead (ns, headers, body) VALUES (?, ?, ?)");
  return {
    finish: (work: number) => write(() => finish.run(work, id)),
    giveBack: (work: number) => write(() => giveBack.run(work, id)),
    /** There and no longer here, both or neither. */
    bury: (work: number, headers: object, body: Uint8Array) =>
      write(() => {
        if (finish.run(work, id).changes === 1) bury.run(ns, JSON.stringify(headers), body);
      }),
  };
}

interface Context {
  settling: Settling;
  /** There is room for another. */
  settled(): void;
  usable(): boolean;
  now(): number;
}

export function deliveryOf(
  row: WorkRow,
  queue: string,
  { settling, settled, usable, now }: Context,
): Delivery {
  const body = bytesOf(row.body);
  const headers = headersOf(row.headers);
  const content = decodeFire(body, headers);
  let isSettled = false;
  let isAside = false;
  const freed = () => isAside || settled();
  /** The first one counts. */
  const first = (): boolean => {
    if (isSettled || !usable()) return false;
    isSettled = true;
    return true;
  };
  return {
    queue,
    content,
    redelivered: row.taken > 1,
    finish() {
      if (!first()) return false;
      void settling.finish(row.id).then(freed);
      return true;
    },
    giveBack() {
      if (!first()) return false;
      void settling.giveBack(row.id).then(freed);
      return true;
    },
    async bury(reason) {
      if (!first()) return false;
      const job = isWireProblem(content) ? {} : { "x-clockd-job": content.job };
      const why = { ...deadHeaders(queue, reason, now()), ...job };
      const buried = await settling.bury(row.id, { ...headers, ...why }, body);
      freed();
      return !isBrokerProblem(buried);
    },
    setAside() {
      if (isSettled || isAside || !usable()) return;
      isAside = true;
      settled();
    },
  };
}
