import type { Fire } from "../ledger/fire.ts";

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
}

/** Why the broker cannot be used, in words that say what to do. Never contains a password. */
export interface BrokerProblem {
  code: `BROKER_${string}`;
  message: string;
}

export function isBrokerProblem(value: object): value is BrokerProblem {
  return "code" in value && "message" in value;
}

/** A clock's open connection. Once lost it stays lost: open another. */
export interface ClockLink {
  /**
   * Publishes one fire; resolves with what became of it. Fires are accepted in the order of the
   * calls. A fire whose confirm never came is `in-doubt`: it may or may not have been delivered.
   */
  fire(fire: Fire): Promise<FireOutcome>;
  /** Undefined when there is room for another fire; otherwise resolves when there is, or when lost. */
  room(): Promise<void> | undefined;
  /** Makes work queues ready, as at opening. Resolves with a problem if that failed. */
  ensureQueues(queues: Iterable<string>): Promise<BrokerProblem | undefined>;
  /** Resolves when the link can no longer be trusted, with the reason. Pending after `close()`. */
  readonly lost: Promise<BrokerProblem>;
  /** True once `lost` has resolved or `close` was called. */
  readonly isLost: boolean;
  /** Waits for open confirms, at most `deadlineMs`, then closes. Later fires are `in-doubt`. */
  close(deadlineMs: number): Promise<void>;
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
export interface WorkerLink {
  readonly lost: Promise<BrokerProblem>;
  readonly isLost: boolean;
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
}

/** A fire as a worker sees it. */
export interface WorkerFire {
  job: string;
  slot: number;
  /** `job@slot` */
  id: string;
  attempt: number;
  config: string;
  catchUp: boolean;
  maybeDuplicate: boolean;
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
