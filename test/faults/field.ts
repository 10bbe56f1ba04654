import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../support/until.ts";
import type { Plot } from "./ground.ts";
import type { Fault, Whom } from "./kinds.ts";
import type { Seat } from "./seat.ts";

/** Where a round takes place. */
export interface Field {
  seats: readonly Seat[];
  plot: Plot;
  /** Puts the next version of the file in place. */
  edit(): void;
  /** Aborted: everything ends at once. */
  signal: AbortSignal;
}

/** A fault as it was. */
export interface Happened {
  fault: Fault;
  /** ms UTC, the machine's clock. */
  at: number;
  /** The names of the seats that it met; empty: the broker or the file. */
  seats: string[];
  /** When it was over, and what it broke was started again. ms UTC. */
  over: number;
}

/** A target may be on its way back from other faults, a broker's restart among them. ms. */
const TARGET_WITHIN_MS = 90_000;

/**
 * Waits for whom a fault has to meet. `leader` is the one that says so, and not one that is frozen
 * while another leads.
 */
export async function targets({ seats, signal }: Field, whom: Whom): Promise<Seat[]> {
  const find = (): Seat[] => {
    signal.throwIfAborted();
    const running = seats.filter(({ clock }) => clock);
    const leader = leaderOf(seats);
    if (whom === "all") return running;
    if (whom === "leader") return leader ? [leader] : [];
    return leader ? running.filter((seat) => seat !== leader).slice(0, 1) : [];
  };
  const found = () => (find().length > 0 ? find() : undefined);
  return until(found, TARGET_WITHIN_MS, `a clock to be ${whom}`);
}

/** The seat whose clock leads: of several that say so, the one that says it last. */
export function leaderOf(seats: readonly Seat[]): Seat | undefined {
  const since = ({ clock }: Seat) =>
    clock?.entries.findLast(({ event }) => event === "clock.leading")?.at ?? 0;
  return seats
    .filter(({ clock }) => clock?.state === "leading")
    .sort((a, b) => since(b) - since(a))[0];
}

/** A wait that ends with the round. ms. */
export function pause(ms: number, { signal }: Field): Promise<void> {
  return sleep(Math.max(0, ms), undefined, { signal });
}
