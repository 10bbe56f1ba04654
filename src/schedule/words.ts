const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
  ["millisecond", 1],
] as const;

/** A duration in ms as `2 hours 30 minutes`: at most so many units, the rest is cut off. */
export function durationWords(ms: number, units = 5): string {
  let rest = Math.abs(ms);
  const words: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(counted(count, unit));
  }
  return words.slice(0, units).join(" ") || "0 seconds";
}

/** `1 day`, `2 days`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], last = "and"): string {
  if (items.length < 2) return items.join();
  return `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1)}`;
}

/**
 * Values of a field that turns around, as runs: from November on, `[11, 12, 1, 2, 6]` are November to
 * February and June. `values` in ascending order, `start` the one to begin with when all are free.
 */
export function runsOf(values: readonly number[], low: number, size: number, start = low) {
  const set = new Set(values);
  const turn = (value: number, by: number) => ((((value - low + by) % size) + size) % size) + low;
  const ordered = Array.from({ length: size }, (_, index) => turn(start, index));
  const firsts = ordered.filter((value) => set.has(value) && !set.has(turn(value, -1)));
  if (firsts.length === 0 && set.size > 0) firsts.push(start);
  return firsts.map((first) => {
    const run = [first];
    while (run.length < set.size && set.has(turn(run.at(-1)!, 1))) run.push(turn(run.at(-1)!, 1));
    return run;
  });
}
