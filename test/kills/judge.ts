/** What a round has left, and what the processes had said. */
export interface KillEvidence {
  /** Lines of `PRAGMA integrity_check`. */
  integrity: readonly string[];
  /** Ids of all fires in the ledger, in its order, with their positions. */
  ledger: readonly { position: number; id: string }[];
  /** The position that the next record will have. */
  next: number;
  /** Ids in the work queue. */
  work: readonly string[];
  /** How many dead letters there are. */
  dead: number;
  /** What the writer was told to be confirmed, of all rounds with this file. */
  confirmed: ReadonlySet<string>;
  /** What a worker has settled, of all rounds. A kill may have undone the newest ones. */
  finished: ReadonlySet<string>;
  /** Deliveries of what the same or another worker had before, without a mark. */
  unmarked: readonly string[];
}

/** What is wrong, in sentences; none: nothing is. */
export function judgeKill(evidence: KillEvidence): string[] {
  const { integrity, ledger, next, work, dead, confirmed, finished, unmarked } = evidence;
  const recorded = new Set(ledger.map(({ id }) => id));
  const waiting = new Set(work);
  const isDealtWith = (id: string) => waiting.has(id) || finished.has(id);
  const gap = ledger.find(({ position }, index) => position !== index);
  const problems = [
    integrity.join() !== "ok" && `the file is damaged: ${integrity.slice(0, 3).join("; ")}`,
    gap && `position ${gap.position} follows a gap, or is there twice`,
    next !== ledger.length && `the next position is ${next}, after ${ledger.length} records`,
    ...some(
      "confirmed, and not in the ledger",
      [...confirmed].filter((id) => !recorded.has(id)),
    ),
    ...some(
      "in the ledger, and neither in the work queue nor finished",
      [...recorded].filter((id) => !isDealtWith(id)),
    ),
    ...some(
      "in the work queue, and not in the ledger",
      work.filter((id) => !recorded.has(id)),
    ),
    ...some(
      "finished, and not in the ledger",
      [...finished].filter((id) => !recorded.has(id)),
    ),
    ...some("twice in the ledger", doubles(ledger.map(({ id }) => id))),
    ...some("twice in the work queue", doubles(work)),
    ...some("delivered again without a mark", unmarked),
    dead > 0 && `${dead} dead letters, and nobody has buried any`,
  ];
  return problems.filter((problem) => typeof problem === "string");
}

function some(what: string, ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  return [`${ids.length} ${what}: ${ids.slice(0, 3).join(", ")}`];
}

function doubles(ids: readonly string[]): string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.has(id) || !seen.add(id));
}
