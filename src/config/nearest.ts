/**
 * The candidate that a mistyped word was most likely meant to be: at most two slips away, and less
 * than half the word. Undefined when there is none.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  // Longer words than any key are no slips, and comparing them would only take time.
  if (word.length > 40) return undefined;
  let best: string | undefined;
  let fewest = Math.min(2, Math.floor((word.length - 1) / 2)) + 1;
  for (const candidate of candidates) {
    const slips = distance(word.toLowerCase(), candidate);
    if (slips < fewest) [best, fewest] = [candidate, slips];
  }
  return best;
}

/** How many letters must be added, removed, replaced or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = last[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      let fewest = Math.min(replaced, last[column]! + 1, current[column - 1]! + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        fewest = Math.min(fewest, beforeLast[column - 2]! + 1);
      }
      current.push(fewest);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length]!;
}
