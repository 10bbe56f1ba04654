import type { Evidence } from "./evidence.ts";
import type { BrokerFault } from "./kinds.ts";
import type { Menu } from "./menu.ts";

/** A broker to be broken, for a whole run. Everything in which brokers differ is in here. */
export interface Ground {
  /** For people: `RabbitMQ 3.10.8`. */
  readonly name: string;
  /** What it can suffer. */
  readonly menu: Menu;
  /** A fire is in its queue and in the ledger, or in neither, whatever has gone down. */
  readonly isAtomic: boolean;
  /** It has exchanges of other services; otherwise every fire to one is recorded as missed. */
  readonly hasServices: boolean;
  /** Makes room for a round. */
  prepare(namespace: string, plan: Preparation): Promise<Plot>;
  stop(): Promise<void>;
}

/** What of a round's plan a broker has to know. */
export interface Preparation {
  /** Seconds; 0: this broker has none. */
  heartbeat: number;
  faults: readonly { kind: string }[];
}

/** One round's part of it. */
export interface Plot {
  /** The exchange of another service, for the file. */
  readonly exchange: string;
  /** The broker's URL, past everything that is broken. */
  readonly url: string;
  /** A way to the broker for the process of one seat. */
  way(seat: string): Promise<Way>;
  /**
   * Makes a fault happen, from its beginning to its end. Calls `begun` when it is there, and `pause`
   * to wait. Rejects when it did not happen.
   */
  suffer(fault: BrokerFault, happening: Happening): Promise<void>;
  /** Takes out all that the round has left, when no clock runs any more. */
  collect(): Promise<Collected>;
  /**
   * Takes the messages that are left in work queues, and in the queues of retries with these delays
   * (ms), when no worker runs any more. A sentence for each.
   */
  left(delays: readonly number[]): Promise<string[]>;
  /** Takes everything away again. */
  clear(): Promise<void>;
}

export interface Way {
  /** What a clock is started with. */
  url: string;
  close(): Promise<void>;
}

export interface Happening {
  /** Whom it meets; none: the broker itself. */
  seats: readonly { name: string }[];
  begun(): void;
  /** ms. Rejects when the round is over. */
  pause(ms: number): Promise<void>;
}

/** What a round has left. */
export interface Collected extends Pick<Evidence, "queued" | "ledger"> {
  /** What is wrong with the broker's own data, in sentences. */
  odd: readonly string[];
  /** The ledger as it is, a line a record, for people. */
  trail: readonly string[];
}

export function unknownFault({ kind }: BrokerFault, name: string): Error {
  return new Error(`${kind} is no fault of ${name}`);
}
