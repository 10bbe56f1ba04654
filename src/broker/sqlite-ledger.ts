import {
  type BrokerProblem,
  type FireOutcome,
  isBrokerProblem,
  type LedgerLink,
} from "./broker.ts";
import { deadOf } from "./sqlite-dead.ts";
import { followTable } from "./sqlite-follow.ts";
import { type Link, openLink, type StoreOptions } from "./sqlite-link.ts";
import { problem } from "./sqlite-problem.ts";
import { bytesOf } from "./sqlite-row.ts";
import type { WireMessage } from "./wire.ts";
import { encodeRecordMessage } from "./wire-record.ts";

/** Puts a message into the ledger, inside a transaction. */
export type Record = (message: WireMessage, key: string) => void;

export function createRecord({ db, ns }: Link, now: () => number): Record {
  // What is written never goes back, so that a place can be found by time: see `positionSince`.
  const next = db.prepare(
    "UPDATE namespaces SET next = next + 1, written = max(written, ?) WHERE id = ? RETURNING next - 1 AS position, written",
  );
  const insert = db.prepare(
    "INSERT INTO ledger (ns, position, written, type, key, headers, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  return ({ body, properties: { type, headers } }, key) => {
    const { position, written } = next.get(now(), ns) as { position: number; written: number };
    insert.run(ns, position, written, type, key, JSON.stringify(headers), body);
  };
}

/** What the port wants to hear of a write. */
export function outcomeOf(answer: { value: unknown } | BrokerProblem): FireOutcome {
  if (!isBrokerProblem(answer)) return { kind: "confirmed" };
  return { kind: "in-doubt", problem: answer };
}

export function closedOutcome(): FireOutcome {
  return { kind: "in-doubt", problem: problem("BROKER_CLOSED", "the link is closed") };
}

/** Opens a link that reads and appends. Makes nothing. */
export function openLedgerLink(options: StoreOptions): Promise<LedgerLink | BrokerProblem> {
  const { now } = options;
  return openLink("ledger", options, (link) => ledgerOf(link, createRecord(link, now), now));
}

export function ledgerOf(link: Link, record: Record, now: () => number): LedgerLink {
  const newest = link.db.prepare(
    "SELECT body FROM snapshots WHERE ns = ? ORDER BY id DESC LIMIT 1",
  );
  let isClosed = false;
  return {
    async append(content) {
      if (isClosed || link.isLost) return closedOutcome();
      const message = encodeRecordMessage(content);
      return outcomeOf(await link.write(() => record(message, `ledger.${content.kind}`)));
    },
    readSnapshot: async () =>
      link.attempt(() => {
        const body = newest.get(link.ns)?.body;
        return body === undefined ? undefined : bytesOf(body);
      }),
    ...deadOf(link, now),
    follow: async (from, onEntry) => link.attempt(() => followTable(link, from, onEntry)),
    lost: link.lost,
    get isLost() {
      return isClosed || link.isLost;
    },
    async close(deadlineMs) {
      isClosed = true;
      await link.close(deadlineMs);
    },
  };
}
