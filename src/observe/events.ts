import type { NoticeEvent } from "./notice-events.ts";

/**
 * Everything that rooms report. A room emits a typed event and knows nothing of logs; one place
 * (`log.ts`) decides what a person reads. Instants are ms UTC, durations ms.
 */
export type Event =
  | ClockEvent
  | LedgerEvent
  | ConfigEvent
  | BrokerEvent
  | WorkerEvent
  | NoticeEvent
  | ProcessEvent;

export type Emit = (event: Event) => void;

export type ProcessEvent =
  | {
      type: "process.started";
      mode: "clock" | "worker" | "up";
      version: string;
      config: string;
      pid: number;
    }
  /** `drain`: how long running commands may go on, where there can be some. */
  | { type: "process.stopping"; signal: string; drain?: number }
  /** It is the first process of a container, and the dead that its commands leave stay. */
  | { type: "process.not_reaping"; reason: string }
  /** systemd waits for messages from this process, and they cannot be sent. */
  | { type: "process.not_told"; reason: string }
  | { type: "process.clean_up_failed"; reason: string }
  | { type: "process.stopped"; mode: "clock" | "worker" | "up" };

export type ConfigEvent =
  | { type: "config.loaded"; file: string; jobs: number; hash: string }
  | { type: "config.problem"; problem: { level: "error" | "warning"; text: string } }
  | { type: "config.refused"; file: string; reason: string }
  | { type: "config.unchanged"; file: string }
  | { type: "config.needs_restart"; file: string; field: string }
  | {
      type: "config.reloaded";
      file: string;
      hash: string;
      jobs: number;
      added: string[];
      changed: string[];
      removed: string[];
    };

export type BrokerEvent =
  | { type: "broker.connected"; place: string }
  | { type: "broker.lost"; place: string; code: string; reason: string }
  | {
      type: "broker.unreachable";
      place: string;
      code: string;
      reason: string;
      attempt: number;
      retryIn: number;
      /** It has been said before. */
      quiet: boolean;
    }
  | { type: "broker.blocked"; place: string; reason: string }
  | { type: "broker.unblocked"; place: string };

export type ClockEvent =
  | { type: "clock.standing_by"; leader?: string }
  | { type: "clock.no_leader"; silent: number }
  | {
      type: "clock.leading";
      epoch: number;
      jobs: number;
      /** Late work that the time without a leader has left. */
      late: number;
      nextJob?: string;
      nextSlot?: number;
    }
  /** `resigned`: in good order, because it was told to end. */
  | { type: "clock.stepped_down"; epoch: number; resigned: boolean; reason: string }
  | { type: "job.held" | "job.released"; job: string; by: string }
  | { type: "job.triggered"; job: string; fire: string; by: string }
  | {
      type: "fire.confirmed";
      job: string;
      fire: string;
      attempt: number;
      slot: number;
      late: number;
      catchUp: boolean;
      maybeDuplicate: boolean;
    }
  | {
      type: "fire.undeliverable";
      job: string;
      fire: string;
      attempt: number;
      code: string;
      reason: string;
    }
  | {
      type: "fire.in_doubt";
      job: string;
      fire: string;
      attempt: number;
      code: string;
      reason: string;
      /** It is sent again by itself; absent: with all others, when the broker is back. ms. */
      retryIn?: number;
    }
  | {
      type: "slots.missed";
      job: string;
      count: number;
      first: number;
      last: number;
      reason: string;
    }
  | { type: "time.jumped"; by: number }
  /** The wall clock is behind what the ledger has seen. ms. */
  | { type: "time.behind"; by: number }
  | { type: "clock.resending"; count: number };

export type LedgerEvent =
  /** Something could not be understood, or is not there. Said once for each kind. */
  | { type: "ledger.odd"; what: string; reason: string }
  /** It knows no job: the first clock ever, or somebody deleted it. */
  | { type: "ledger.new"; jobs: number };

export type WorkerEvent =
  | { type: "worker.taking"; queues: string[]; concurrency: number }
  /** Its guard process is gone, and is started anew in so many ms, if something runs then. */
  | { type: "worker.unguarded"; reason: string; retryIn: number }
  /** ms. Long enough for its guard to have killed what ran, unless that stood still as well. */
  | { type: "worker.stood_still"; for: number }
  | {
      type: "run.started";
      job: string;
      fire: string;
      attempt: number;
      runPid: number;
      queue: string;
    }
  | {
      type: "run.output";
      job: string;
      fire: string;
      attempt: number;
      stream: "stdout" | "stderr";
      line: string;
      truncated: boolean;
    }
  | {
      type: "run.terminating";
      job: string;
      fire: string;
      attempt: number;
      /** `void`: another worker has the run. */
      why: "timeout" | "drain" | "cancelled" | "replaced" | "void";
      signal: string;
    }
  | {
      type: "run.finished";
      job: string;
      fire: string;
      attempt: number;
      outcome: string;
      ok: boolean;
      exitCode: number | null;
      signal: string | null;
      duration: number;
      /** Why it did not start, or what was odd about its end. */
      reason?: string;
      runPid?: number;
      /** ms of processor time, and bytes of its largest process; absent: not seen. */
      cpuTime?: number;
      maxMemory?: number;
      /** The last 8 KiB of its output. */
      tail: string;
    }
  | { type: "run.not_recorded"; job: string; fire: string; attempt: number; reason: string }
  /** Nothing was heard of its worker for too long: the leader frees it. */
  | { type: "run.lost"; job: string; fire: string; worker: string }
  | { type: "run.retrying"; job: string; fire: string; attempt: number; delay: number }
  | {
      type: "run.skipped";
      job: string;
      fire: string;
      why: "overlap" | "expired" | "cancelled" | "replaced";
      /** The fire whose run is going, or that replaces it; or who cancelled it. */
      by?: string;
      /** Since when that run has been going. ms UTC */
      since?: number;
    }
  | { type: "run.given_back"; job: string; fire: string; attempt: number; reason: string }
  | { type: "run.copy_dropped"; job: string; fire: string; attempt: number; reason: string }
  | { type: "message.buried"; queue: string; reason: string; job?: string; fire?: string };
