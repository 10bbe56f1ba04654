import { applyEntry, emptyState } from "./fold.ts";
import { isFault, type LedgerFault, type LedgerRecord } from "./record.ts";
import type { LedgerState } from "./state.ts";

export interface Entry {
  position: number;
  content: LedgerRecord | LedgerFault;
}

/** Something that people should be told, once. */
export interface Told {
  what: LedgerFault["fault"] | "beginning";
  reason: string;
}

/** What there is to tell after an entry; nearly always nothing. */
export type Read = Told | undefined;

export interface Reader {
  readonly state: LedgerState;
  /** Takes one more entry into the state. Never throws. */
  read(entry: Entry): Read;
}

/**
 * Reads a ledger on from `state`, and tells the first fault of each kind, and the first time that
 * records are missing.
 */
export function createReader(state: LedgerState = emptyState()): Reader {
  const told = new Set<Told["what"]>(state.lacksBeginning ? ["beginning"] : []);
  const once = (what: Told["what"], reason: string): Read => {
    if (told.has(what)) return undefined;
    told.add(what);
    return { what, reason };
  };
  return {
    state,
    read({ position, content }) {
      const expected = state.position + 1;
      applyEntry(state, position, content);
      if (isFault(content)) return once(content.fault, content.reason);
      if (!state.lacksBeginning) return undefined;
      return once("beginning", `the record ${expected} is not there, the next one is ${position}`);
    },
  };
}
