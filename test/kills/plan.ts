import { seededRandom } from "../faults/random.ts";

/** Who is killed. `all`: everybody at the same moment, as a power switch does to processes. */
export const VICTIMS = ["writer", "worker", "checkpointer", "all"] as const;

export interface KillPlan {
  victim: (typeof VICTIMS)[number];
  /** From the moment in which all work, or from their start. ms. */
  after: number;
  from: "work" | "start";
  /** How many fires the writer has open at once. */
  open: number;
  /** How long the worker works on a delivery. ms. */
  hold: number;
}

export function planKill(seed: number): KillPlan {
  const random = seededRandom(seed);
  const victim = random.pick(VICTIMS);
  const from = random.chance(0.15) ? "start" : "work";
  return {
    victim,
    from,
    after: from === "work" ? random.real() * 400 : random.real() * 800,
    open: random.pick([1, 10, 100, 500]),
    hold: random.pick([0, 0, 5, 50]),
  };
}
