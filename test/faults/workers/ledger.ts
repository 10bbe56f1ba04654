import { isBrokerProblem, type LedgerLink } from "../../../src/broker/broker.ts";
import { openBroker } from "../../../src/broker/open.ts";
import { isWireProblem } from "../../../src/broker/wire.ts";

import { isFault, type LedgerRecord, type MarkRecord } from "../../../src/ledger/record.ts";
import { until } from "../../support/until.ts";
import type { Letter } from "./evidence.ts";

/** A reader of a round's ledger from its oldest record on. */
export interface LedgerReader {
  readonly records: readonly LedgerRecord[];
  readonly isLost: boolean;
  /** Resolves when everything up to now has been read. */
  catchUp(): Promise<void>;
  readLetters(): Promise<Letter[]>;
  close(): Promise<void>;
}

const OPENED_WITHIN_MS = 60_000;
const READ_WITHIN_MS = 30_000;

/** Opens it, however often that has to be tried. */
export async function openLedgerReader(url: string, namespace: string): Promise<LedgerReader> {
  const broker = openBroker(url, { namespace, name: "judge:1", now: Date.now, emit: () => {} });
  if (isBrokerProblem(broker)) throw new Error(broker.message);
  let why = "";
  const open = async () => {
    const link = await broker.openLedger();
    if (!isBrokerProblem(link)) return link;
    why = link.message;
    return undefined;
  };
  const link = await until(open, OPENED_WITHIN_MS, () => `the ledger to be readable: ${why}`);
  return readerOf(link);
}

async function readerOf(link: LedgerLink): Promise<LedgerReader> {
  const records: LedgerRecord[] = [];
  const marks = new Set<string>();
  const following = await link.follow("oldest", ({ content }) => {
    if (isFault(content)) throw new Error(`the ledger has a fault: ${content.reason}`);
    if (content.kind === "mark") marks.add(content.nonce);
    else records.push(content);
  });
  if (isBrokerProblem(following)) throw new Error(following.message);
  return {
    records,
    get isLost() {
      return link.isLost;
    },
    async catchUp() {
      const mark: MarkRecord = { kind: "mark", at: Date.now(), nonce: crypto.randomUUID() };
      const { kind } = await link.append(mark);
      if (kind !== "confirmed") throw new Error(`a mark in the ledger is ${kind}`);
      await until(() => marks.has(mark.nonce), READ_WITHIN_MS, "the ledger's end");
    },
    async readLetters() {
      const letters: Letter[] = [];
      const problem = await link.readDead(({ content, reason, job, fire, attempt }) => {
        const isBroken = isWireProblem(content);
        const named = isBroken ? `${job}: ${content.problem}` : fire!;
        letters.push({ fire: named, attempt: attempt ?? 0, reason });
      });
      if (problem) throw new Error(problem.message);
      return letters;
    },
    close: () => link.close(5000),
  };
}
