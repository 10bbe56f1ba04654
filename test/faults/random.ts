/** Chance that can be repeated: the same seed gives the same choices. */
export interface Random {
  /** 0 to 1, without 1. */
  real(): number;
  /** A whole number from `from` up to and with `to`. */
  whole(from: number, to: number): number;
  pick<T>(list: readonly T[]): T;
  chance(probability: number): boolean;
}

/** mulberry32: small, and good enough to choose faults with. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const real = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (from: number, to: number) => from + Math.floor(real() * (to - from + 1));
  return {
    real,
    whole,
    pick: (list) => list[whole(0, list.length - 1)]!,
    chance: (probability) => real() < probability,
  };
}

/** The seed of a round of a run. The first round's is the run's own, so that any can be repeated. */
export function seedOfRound(seed: number, round: number): number {
  if (round === 1) return seed;
  return Math.floor(seededRandom(seed + Math.imul(round, 0x9e3779b1)).real() * 2 ** 31);
}
