import type { BrokerProblem, WorkerLink } from "../broker/broker.ts";
import { emptyRuns } from "../ledger/run-state.ts";
import { decodeSnapshot } from "../ledger/snapshot.ts";
import { createRunReader, type Ears, type RunReader } from "./run-reader.ts";

/** Where reading begins: at the newest snapshot, if it can be read, unless the `whole` ledger is wanted. */
export async function startingReader(
  link: WorkerLink,
  whole: boolean,
  ears: Ears,
): Promise<{ reader: RunReader; from: { after: number } | "oldest" } | BrokerProblem> {
  const bytes = whole ? undefined : await link.readSnapshot();
  if (bytes && !(bytes instanceof Uint8Array)) return bytes;
  const snapshot = bytes && (await decodeSnapshot(bytes));
  if (!snapshot || "fault" in snapshot) {
    return { reader: createRunReader(emptyRuns(), ears), from: "oldest" };
  }
  return { reader: createRunReader(snapshot.runs, ears), from: { after: snapshot.position } };
}
