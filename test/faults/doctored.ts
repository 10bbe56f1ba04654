import type { Evidence, SeenFire } from "./evidence.ts";
import type { JobUnderTest } from "./jobs.ts";

/** Evidence of a round that a test makes up, to see what the judge says. */
export const JOBS: readonly JobUnderTest[] = [
  { name: "a", every: 1000 },
  { name: "b", every: 3000 },
];
export const LAW = { brokerDied: false, isAtomic: false };
/** The start of a minute; the round lasts ten seconds. */
const START = Date.UTC(2026, 10, 24, 10);
export const at = (second: number) => START + 1000 * second;

/** Every slot of both jobs in ten seconds. */
export function good(): SeenFire[] {
  const fires: SeenFire[] = [];
  for (let second = 1; second <= 10; second++) {
    fires.push(fire("a", second));
    if (second % 3 === 0) fires.push(fire("b", second));
  }
  return fires;
}

export function fire(job: string, second: number, flagged = false): SeenFire {
  return { id: id(job, second), job, slot: at(second), flagged };
}

export function id(job: string, second: number): string {
  return `${job}@${new Date(at(second)).toISOString().replace(".000Z", "Z")}`;
}

export function without(fires: readonly SeenFire[], job: string, second: number): SeenFire[] {
  return fires.filter((one) => one.id !== id(job, second));
}

export function ledgerOf(fires: readonly SeenFire[]): Evidence["ledger"] {
  return { fires, missed: [], added: new Map() };
}
