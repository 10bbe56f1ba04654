import { cpus } from "node:os";

/** One measured number with what it should be. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** Met when the value is at most (or, with `atLeast`, at least) this; none: for information. */
  goal?: number;
  atLeast?: boolean;
}

/** What a benchmark tells while it runs. Every `scripts/bench/NAME.ts` exports `run(bench)`. */
export interface Bench {
  figure(figure: Figure): void;
  /** Aborted by Ctrl-C: end what was started. */
  signal: AbortSignal;
}

/** The machine that figures hold for: cores, processor, Node, and a benchmark's broker. */
export function machineLine(broker?: string): string {
  const cores = cpus();
  const machine = `machine ${cores.length} cores, ${cores[0]?.model.trim() ?? "unknown"}`;
  return `${machine}, Node ${process.version}${broker === undefined ? "" : `, ${broker}`}`;
}

/** `load ratio-100000 1.21 x goal 1.3 ok` */
export function figureLine(bench: string, figure: Figure): string {
  const { name, value, unit, goal } = figure;
  const verdict = goal === undefined ? "" : ` goal ${goal} ${isMet(figure) ? "ok" : "short"}`;
  return `${bench} ${name} ${round(value)} ${unit}${verdict}`;
}

export function isMet({ value, goal, atLeast }: Figure): boolean {
  if (goal === undefined) return true;
  return atLeast ? value >= goal : value <= goal;
}

/**
 * Runs two measurements in turns, `rounds` times each, the first one changing, and gives the median
 * of the pairs' ratios (a / b) with both medians. A machine that is slow for a while is so for both.
 */
export async function interleaved(
  rounds: number,
  a: () => number | Promise<number>,
  b: () => number | Promise<number>,
): Promise<{ ratio: number; a: number; b: number }> {
  const pairs: { a: number; b: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await a();
      pairs.push({ a: first, b: await b() });
    } else {
      const first = await b();
      pairs.push({ a: await a(), b: first });
    }
  }
  return {
    ratio: median(pairs.map((pair) => pair.a / pair.b)),
    a: median(pairs.map((pair) => pair.a)),
    b: median(pairs.map((pair) => pair.b)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Three digits are more than any of these measurements is good for. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}
