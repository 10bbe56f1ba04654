import type { Fire } from "../../src/ledger/fire.ts";

/** A fire to the queue "default" as a clock sends it in time, but for what `more` says. */
export function aFire(more: Partial<Fire> = {}): Fire {
  return {
    job: "job",
    slot: 1_796_000_000_000,
    attempt: 1,
    config: "0123456789ab",
    epoch: 1,
    catchUp: false,
    maybeDuplicate: false,
    triggered: false,
    target: { kind: "run", queue: "default" },
    ...more,
  };
}

/** The id of a fire by its message's body; empty when that is none. */
export function idOf(body: Buffer | string): string {
  try {
    const { job, slot } = JSON.parse(String(body));
    return `${job}@${slot}`;
  } catch {
    return "";
  }
}
