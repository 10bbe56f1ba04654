import type { LedgerRecord } from "../../../src/ledger/record.ts";
import type { WorkerJob } from "./jobs.ts";

/** A line that a command has written. */
export interface CommandLine {
  what: "start" | "end" | "breach";
  /** ms UTC */
  at: number;
  fire: string;
  attempt: number;
  pid: number;
  /** The pid of the worker that started it. */
  worker: number;
  /** With a breach: which lock, and who has it. */
  more: string;
}

/** A time in which a worker was not well, so that somebody else may take over its runs. ms UTC. */
export interface Trouble {
  /** Its pid; undefined: every worker's. */
  worker: number | undefined;
  kind: string;
  from: number;
  /** When it was well again; of a death: Infinity. */
  to: number;
}

export interface Letter {
  fire: string;
  attempt: number;
  reason: string;
}

/** What a round has left behind. */
export interface WorkerEvidence {
  jobs: readonly WorkerJob[];
  /** In the order of the ledger. */
  records: readonly LedgerRecord[];
  lines: readonly CommandLine[];
  troubles: readonly Trouble[];
  letters: readonly Letter[];
  /** Messages that are left in the queues of work and of retries, in sentences. */
  left: readonly string[];
  /** Processes of commands that are alive after their workers have ended. */
  alive: readonly string[];
}

/** What commands wrote, in the order in which they did. */
export function parseLines(text: string): CommandLine[] {
  return text.split("\n").flatMap((line) => {
    const [what, at, fire = "", attempt, pid, worker, ...more] = line.split(" ");
    if (what !== "start" && what !== "end" && what !== "breach") return [];
    return {
      ...{ what, at: Number(at), fire, attempt: Number(attempt), pid: Number(pid) },
      ...{ worker: Number(worker), more: more.join(" ").trim() },
    };
  });
}
