import type { ClockLink } from "../broker/broker.ts";
import { encodeSnapshot } from "../ledger/snapshot.ts";
import type { Emit } from "../observe/events.ts";
import type { Follower } from "./follower.ts";

/** Keeps a snapshot beside the ledger that is never old, so that readers begin near its end. */
export interface Snapshots {
  /** Saves one if it is time to. */
  look(): void;
  /** Something has changed that should not be read from far back. */
  want(): void;
}

/** A reader takes about a second for these. */
const RECORDS = 20_000;
const EVERY_MS = 300_000;
/** What was just appended comes back in much less. ms. */
const READ_BACK_MS = 2000;

export function createSnapshots(link: ClockLink, follower: Follower, emit: Emit): Snapshots {
  let savedPosition = follower.state.position;
  /** Real time: it bounds what a reader has to read, whatever the wall clock does. ms. */
  let savedAt = performance.now();
  /** When a change was made that has no snapshot yet; Infinity: never. */
  let wantedAt = savedAt;
  let busy = false;

  function isTime(): boolean {
    const { position } = follower.state;
    if (busy || position === savedPosition) return false;
    const now = performance.now();
    const isOld = position - savedPosition >= RECORDS || now - savedAt >= EVERY_MS;
    return isOld || now - wantedAt >= READ_BACK_MS;
  }

  async function save(): Promise<void> {
    busy = true;
    [wantedAt, savedPosition, savedAt] = [Infinity, follower.state.position, performance.now()];
    const outcome = await link.saveSnapshot(await encodeSnapshot(follower.state));
    busy = false;
    // Without it the next reader only takes longer.
    if (outcome.kind !== "confirmed" && !link.isLost) {
      emit({ type: "ledger.odd", what: "snapshot", reason: outcome.problem.message });
    }
  }

  return {
    look() {
      if (isTime()) void save();
    },
    want() {
      wantedAt = performance.now();
    },
  };
}
