import { fireId } from "../../../src/ledger/fire.ts";
import { applyRefire, applyRun, endCounts } from "../../../src/ledger/fold-runs.ts";
import type { LedgerRecord } from "../../../src/ledger/record.ts";
import type {
  BuriedRecord,
  FinishedRecord,
  SkippedRecord,
} from "../../../src/ledger/run-record.ts";
import { emptyRuns } from "../../../src/ledger/run-state.ts";

export type Final = FinishedRecord | SkippedRecord | BuriedRecord;

/** What the ledger says of a fire. */
export interface FireStory {
  fire: string;
  /** In the order of the ledger, the fires aside. */
  records: (LedgerRecord & { kind: "run"; fire: string })[];
  /** The outcomes that count: one. */
  finals: Final[];
  /** The same outcome again, since the answer to the first record did not come. */
  repeated: Final[];
  /** What came after the outcome, or from a claim that somebody else had superseded: it does not count. */
  voids: Final[];
}

/** Folds the ledger as every worker does, and tells for each fire which outcomes the fold counts. */
export function storiesOf(records: readonly LedgerRecord[]): Map<string, FireStory> {
  const state = emptyRuns();
  const stories = new Map<string, FireStory>();
  for (const record of records) {
    if (record.kind === "fire" && record.fire.target.kind === "run") {
      const fire = fireId(record.fire.job, record.fire.slot);
      if (!stories.has(fire)) {
        stories.set(fire, { fire, records: [], finals: [], repeated: [], voids: [] });
      }
      applyRefire(state, fire);
    }
    if (record.kind !== "run") continue;
    const story = record.event === "alive" ? undefined : stories.get(record.fire);
    const before = story && state.ended.get(story.fire);
    const isVoidEnd = record.event === "finished" && !endCounts(state, record);
    applyRun(state, record);
    if (!story || record.event === "alive") continue;
    story.records.push(record);
    if (!isFinal(record)) continue;
    const isCounted = state.ended.get(story.fire) !== before;
    const isStep = record.event === "finished" && !isVoidEnd && !isCounted;
    if (isStep) continue; // another attempt follows
    if (story.finals.some((other) => isSame(other, record))) story.repeated.push(record);
    else (isCounted ? story.finals : story.voids).push(record);
  }
  return stories;
}

function isFinal(record: LedgerRecord): record is Final {
  return (
    record.kind === "run" &&
    (record.event === "finished" || record.event === "skipped" || record.event === "buried")
  );
}

function isSame(a: Final, b: Final): boolean {
  if (a.event === "buried" || b.event === "buried") return a.event === b.event;
  return a.event === b.event && a.nonce === b.nonce && outcomeName(a) === outcomeName(b);
}

/** An outcome in one or two words: `done`, `failed`, `dead`, `skipped overlap`. */
export function outcomeName(final: Final): string {
  if (final.event === "buried") return "buried";
  if (final.event === "skipped") return `skipped ${final.why}`;
  return final.end === "done" && !final.ok ? "failed" : final.end;
}

/** A record in a line, for people. */
export function recordLine(record: LedgerRecord): string {
  const { kind, at, ...rest } = record;
  return `${new Date(at).toISOString().slice(11, 23)} ${kind} ${JSON.stringify(rest)}`;
}
