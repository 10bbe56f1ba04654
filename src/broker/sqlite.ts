import type { Emit } from "../observe/events.ts";
import type { Broker } from "./broker.ts";
import { openClockLink } from "./sqlite-clock.ts";
import { openLedgerLink } from "./sqlite-ledger.ts";
import type { StoreOptions } from "./sqlite-link.ts";
import { openWorkerLink } from "./sqlite-worker.ts";
import type { FileAddress } from "./url.ts";

/**
 * The embedded broker: a file of SQLite that the processes of one machine share. Nothing is opened
 * before it is asked for. `now` stamps records, ms UTC.
 */
export function createSqlite(
  { path }: FileAddress,
  { namespace, now, emit }: { namespace: string; now: () => number; emit: Emit },
): Broker {
  const place = `sqlite ${path}`;
  const told: StoreOptions["told"] = (reason) =>
    emit(
      reason === undefined
        ? { type: "broker.unblocked", place }
        : { type: "broker.blocked", place, reason },
    );
  const options: StoreOptions = { path, namespace, now, told };
  return {
    place,
    openClock: () => openClockLink(options),
    openWorker: (wanted) => openWorkerLink(wanted, options),
    openLedger: () => openLedgerLink(options),
  };
}
