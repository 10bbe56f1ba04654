import { type BrokerProblem, isBrokerProblem, type LedgerLink } from "../broker/broker.ts";
import { emptyState } from "../ledger/fold.ts";
import { createReader } from "../ledger/reader.ts";
import type { LedgerFault, LedgerRecord } from "../ledger/record.ts";
import { isFault } from "../ledger/record.ts";
import { decodeSnapshot } from "../ledger/snapshot.ts";
import type { LedgerState } from "../ledger/state.ts";
import type { Emit } from "../observe/events.ts";

/** Reads the ledger and knows what it says, from the newest snapshot to the newest record. */
export interface Follower {
  readonly state: LedgerState;
  /** A record was left out or could not be read since it began: something may be unknown. */
  readonly isUnsure: boolean;
  /** Resolves when the record with this nonce has been read, and everything before it. */
  reached(nonce: string): Promise<void>;
  /** Called with every record after it was folded. */
  onRecord: (record: LedgerRecord) => void;
  stop(): Promise<void>;
}

/** `whole`: from the oldest record, whatever the snapshots say. */
export async function followLedger(
  link: LedgerLink,
  emit: Emit,
  whole: boolean,
): Promise<Follower | BrokerProblem> {
  const found = whole ? emptyState() : await startingState(link, emit);
  if (isBrokerProblem(found)) return found;
  const reader = createReader(found);
  const { state } = reader;
  const waiting = new Map<string, () => void>();
  let isUnsure = false;
  const follower: Follower = {
    state,
    get isUnsure() {
      return isUnsure;
    },
    reached: (nonce) => new Promise((resolve) => void waiting.set(nonce, resolve)),
    onRecord: () => {},
    stop: async () => {},
  };
  const from = state.position >= 0 ? { after: state.position } : ("oldest" as const);
  const following = await link.follow(from, (entry) => {
    const told = reader.read(entry);
    if (told) emit({ type: "ledger.odd", ...told });
    const { content } = entry;
    isUnsure ||= isFault(content) || told?.what === "beginning";
    if (isFault(content)) return;
    const nonce = "nonce" in content ? content.nonce : undefined;
    if (nonce !== undefined) {
      waiting.get(nonce)?.();
      waiting.delete(nonce);
    }
    follower.onRecord(content);
  });
  if (isBrokerProblem(following)) return following;
  follower.stop = following.stop;
  return follower;
}

/** The newest snapshot's. Without one, or with a broken one, the whole ledger is read. */
async function startingState(link: LedgerLink, emit: Emit): Promise<LedgerState | BrokerProblem> {
  const bytes = await link.readSnapshot();
  if (!bytes) return emptyState();
  if (!(bytes instanceof Uint8Array)) return bytes;
  const state: LedgerState | LedgerFault = await decodeSnapshot(bytes);
  if (!("fault" in state)) return state;
  emit({ type: "ledger.odd", what: "snapshot", reason: state.reason });
  return emptyState();
}
