import { fireId } from "../../../src/ledger/fire.ts";
import type { LedgerRecord } from "../../../src/ledger/record.ts";
import type {
  FinishedRecord,
  Overlap,
  RunRecord,
  SkippedRecord,
} from "../../../src/ledger/run-record.ts";
import { aFire } from "../../support/fire.ts";
import type { CommandLine, WorkerEvidence } from "./evidence.ts";

const BEGIN = 1_796_000_000_000;

/** A round's evidence, told step by step: each step is a second later, on worker `host:PID`. */
export interface Story {
  /** What has been told so far. */
  readonly evidence: WorkerEvidence & { lines: CommandLine[]; records: LedgerRecord[] };
  /** The time of the next step, ms UTC. */
  readonly now: number;
  /** A fire of the only job; returns its id. */
  fire(): string;
  claimed(fire: string, worker: number, nonce: string, more?: Claim): void;
  finished(fire: string, worker: number, nonce: string, more?: Partial<FinishedRecord>): void;
  said(fire: string, worker: number, event: "started" | "lost", nonce: string): void;
  skipped(fire: string, worker: number, why: SkippedRecord["why"]): void;
  buried(fire: string, worker: number): void;
  line(what: CommandLine["what"], fire: string, attempt: number, worker: number): void;
}

interface Claim {
  message?: number;
  redelivered?: boolean;
  overlap?: Overlap;
}

export function tellStory(): Story {
  let step = 0;
  const records: LedgerRecord[] = [];
  const lines: CommandLine[] = [];
  const at = () => BEGIN + 1000 * step++;
  const base = (fire: string, worker: number) => {
    return { kind: "run" as const, at: at(), job: "job", fire, worker: `host:${worker}` };
  };
  const add = (record: RunRecord) => void records.push(record);
  return {
    evidence: { jobs: [], records, lines, troubles: [], letters: [], left: [], alive: [] },
    get now() {
      return BEGIN + 1000 * step;
    },
    fire() {
      const now = at();
      const fire = aFire({ slot: now });
      records.push({ kind: "fire", at: now, fire });
      return fireId(fire.job, fire.slot);
    },
    claimed(fire, worker, nonce, { message = 1, redelivered = false, overlap = "allow" } = {}) {
      const of = { nonce, message, redelivered, overlap, copy: "1" };
      add({ ...base(fire, worker), event: "claimed", ...of });
    },
    finished(fire, worker, nonce, more = {}) {
      const { at: endedAt, ...rest } = base(fire, worker);
      const process = { outcome: "exited", exitCode: 0, signal: null, startedAt: endedAt, endedAt };
      const of = { nonce, message: 1, attempt: 1, ok: true, end: "done" as const };
      add({ ...rest, at: endedAt, event: "finished", ...of, ...process, ...more });
    },
    said: (fire, worker, event, nonce) => add({ ...base(fire, worker), event, nonce }),
    skipped: (fire, worker, why) =>
      add({ ...base(fire, worker), event: "skipped", message: 1, why }),
    buried: (fire, worker) =>
      add({ ...base(fire, worker), event: "buried", message: 1, reason: "no such job" }),
    line(what, fire, attempt, worker) {
      const pid = 1000 + lines.length;
      lines.push({ what, at: at(), fire, attempt, pid, worker, more: "" });
    },
  };
}
