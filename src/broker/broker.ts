import type { Fire } from "../ledger/fire.ts";
import type { FireRecord, LedgerFault, LedgerRecord } from "../ledger/record.ts";
import type { DeadHow, DeadLetter, SettledDead } from "./dead-letter.ts";

/**
 * The broker port. It speaks of fires and deliveries, not of queues and channels, so that every
 * adapter can keep the same promises in its own way. `test/broker/conformance.ts` is its meaning;
 * an adapter is done when it passes.
 *
 * Expected failures are values. A promise of this port rejects only on a bug.
 */
export interface Broker {
  /** Kind and place for logs, without secrets: `rabbitmq localhost:5672/shop`. */
  readonly place: string;
  /** Connects as a clock. `queues` are made ready to receive fires before it resolves. */
  openClock(queues: Iterable<string>): Promise<ClockLink | BrokerProblem>;
  /** Connects as a worker and starts to take deliveries. */
  openWorker(options: WorkerOptions): Promise<WorkerLink | BrokerProblem>;
  /**
   * Connects to read the ledger and to append what people ask for. Makes nothing: without a ledger,
   * since no clock has ever run, the problem is `BROKER_NO_LEDGER`.
   */
  openLedger(): Promise<LedgerLink | BrokerProblem>;
}

/** Why the broker cannot be used, in words that say what to do. Never contains a password. */
export interface BrokerProblem {
  code: `BROKER_${string}`;
  message: string;
}

export function isBrokerProblem(value: object): value is BrokerProblem {
  return "code" in value && "message" in value;
}

/** An open connection to the ledger. Once lost it stays lost: open another. */
export interface LedgerLink {
  /**
   * Appends a record that is no fire. Records and fires of one link are in the ledger in the order
   * of the calls. `in-doubt`: it may or may not be there.
   */
  append(record: Exclude<LedgerRecord, FireRecord>): Promise<FireOutcome>;
  /** The newest snapshot, as `saveSnapshot` got it; undefined: none was found. */
  readSnapshot(): Promise<Uint8Array | undefined | BrokerProblem>;
  /**
   * Reads the ledger from a place on, and then every record as it is appended, in order, without
   * end. A place that retention has taken: from the oldest record that is left. `onEntry` must not
   * throw.
   */
  follow(
    from: LedgerPlace,
    onEntry: (entry: LedgerEntry) => void,
  ): Promise<Following | BrokerProblem>;
  /**
   * The dead letters, oldest first; of more than 60,000 the oldest. They stay as they are, also when
   * this process dies meanwhile. `onLetter` must not throw.
   */
  readDead(onLetter: (letter: DeadLetter) => void): Promise<BrokerProblem | undefined>;
  /**
   * Takes letters out of the dead letters, by id. `retry`: each goes back into its work queue, as the
   * next attempt, and is safe there before it leaves the dead letters.
   */
  settleDead(ids: Iterable<string>, how: DeadHow): Promise<SettledDead | BrokerProblem>;
  /** Resolves when the link can no longer be trusted, with the reason. Pending after `close()`. */
  readonly lost: Promise<BrokerProblem>;
  /** True once `lost` has resolved or `close` was called. */
  readonly isLost: boolean;
  /** Waits for open confirms, at most `deadlineMs`, then closes. Later fires are `in-doubt`. */
  close(deadlineMs: number): Promise<void>;
}

/** Where to begin: after a position, about an instant (ms UTC, some records earlier), or at the oldest record. */
export type LedgerPlace = { after: number } | { since: number } | "oldest";

export interface LedgerEntry {
  /** Counts up from 0; the broker may take single positions for itself. */
  position: number;
  content: LedgerRecord | LedgerFault;
}

export interface Following {
  /** No entry comes after it has resolved. */
  stop(): Promise<void>;
}

/** A clock's open connection. */
export interface ClockLink extends LedgerLink {
  /**
   * Resolves when this clock is the one to lead, at once or after others have gone; pending when the
   * link is lost first. The broker orders the two: when another link is elected, nothing more of
   * this one is accepted.
   */
  readonly elected: Promise<void>;
  /** For a standby that sees no leader: makes sure that somebody can be elected. Harmless at any time. */
  callElection(): Promise<void>;
  /**
   * Publishes one fire, to its work queue and the ledger as one; resolves with what became of it.
   * Fires are accepted in the order of the calls. A fire whose confirm never came is `in-doubt`: it
   * may or may not have been delivered. A fire to another service is in the ledger first.
   */
  fire(fire: Fire): Promise<FireOutcome>;
  /** Undefined when there is room for another fire; otherwise resolves when there is, or when lost. */
  room(): Promise<void> | undefined;
  /** Makes work queues ready, as at opening. Resolves with a problem if that failed. */
  ensureQueues(queues: Iterable<string>): Promise<BrokerProblem | undefined>;
  /** Keeps a snapshot beside the ledger, for readers to begin with. */
  saveSnapshot(snapshot: Uint8Array): Promise<FireOutcome>;
  /**
   * A fire for a worker is in the ledger if and only if it was put into its work queue, whatever
   * has gone down. Otherwise the two can differ when the broker dies in the middle.
   */
  readonly isAtomic: boolean;
  /**
   * True when it is sure that the broker has not gone down since somebody last called `vouch`. Then
   * what is not in the ledger is not in a work queue either.
   */
  isUnbroken(): Promise<boolean>;
  /** From now on watches over the broker, for the next leader's `isUnbroken`. */
  vouch(): Promise<void>;
}

export type FireOutcome =
  /** The broker has taken responsibility for it. */
  | { kind: "confirmed" }
  /** It was not delivered anywhere, and never will be: the reason says what to mend. */
  | { kind: "undeliverable"; problem: BrokerProblem }
  /** No answer came. */
  | { kind: "in-doubt"; problem: BrokerProblem };

export interface WorkerOptions {
  /** Work queues to take from; made ready if they do not exist. */
  queues: readonly string[];
  /** The most un-finished deliveries held at once from each queue. */
  prefetch: number;
  /** Called for each delivery, in order. Must not throw. */
  onDelivery(delivery: Delivery): void;
}

/** A worker's open connection. Once lost, its deliveries are void: the broker delivers them again. */
export interface WorkerLink extends LedgerLink {
  /**
   * Delivers `fire`, which is for a worker, to its work queue `delayMs` (at most 30 days) from now
   * at the earliest; 0: at once. It is not written to the ledger. Confirmed: it is safe, and outlives every process.
   */
  again(fire: Fire, delayMs: number): Promise<FireOutcome>;
  /** Puts `fire` among the dead letters with the reason, whether or not a message of it is held. */
  bury(fire: Fire, reason: string): Promise<FireOutcome>;
  /** Takes no more. Deliveries already held stay valid. */
  stopTaking(): Promise<void>;
  /** Sends what is settled, then closes. Deliveries not settled are delivered again, elsewhere. */
  close(deadlineMs: number): Promise<void>;
}

/** One message for a worker. The first of `finish`, `giveBack`, `bury` settles it, later ones are false. */
export interface Delivery {
  queue: string;
  /** What the message says, or why it cannot be understood. */
  content: WorkerFire | WireProblem;
  /** True when the broker has delivered this message before. */
  redelivered: boolean;
  /** It is dealt with: the broker forgets it. False when the link was lost first. */
  finish(): boolean;
  /** Somebody else shall have it, at once. False when the link was lost first. */
  giveBack(): boolean;
  /** To the dead letters with the reason; resolves when it is safe there. False when lost first. */
  bury(reason: string): Promise<boolean>;
  /** From now on it takes no place of `prefetch`: one other may come, and stays if it has. Counts once. */
  setAside(): void;
}

/** A fire as a worker sees it. */
export interface WorkerFire {
  job: string;
  slot: number;
  /** `job@slot` */
  id: string;
  attempt: number;
  config: string;
  /** The epoch of the leader that fired it; 0 when the message does not say. */
  epoch: number;
  catchUp: boolean;
  maybeDuplicate: boolean;
  triggered: boolean;
  /** What the earlier attempts came to, oldest first, as far as the message says. */
  history: readonly string[];
  /** How many attempts there had been when it was taken from the dead letters. */
  before: number;
  payload?: unknown;
  /** W3C trace context of the fire. */
  traceparent: string;
}

/** Why a message cannot be understood: a sentence for the dead letter. */
export interface WireProblem {
  problem: string;
  /** What could be read all the same, for the log. */
  job?: string;
}
