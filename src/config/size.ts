/** Units from large to small; the decimal ones first, for they are the usual ones. */
const UNITS = [
  ["GB", 1e9],
  ["MB", 1e6],
  ["KB", 1e3],
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 2 ** 10],
] as const;

const FORM = /^(\d+)(KB|MB|GB|KiB|MiB|GiB)$/;

/**
 * Reads a size such as `512MB` (thousands) or `2GiB` (powers of two) as bytes. Undefined when it is
 * none, or when it is too large to be counted exactly.
 */
export function parseSize(text: string): number | undefined {
  const [, count, unit] = FORM.exec(text) ?? [];
  const [, size] = UNITS.find(([name]) => name === unit) ?? [];
  const bytes = size && Number(count) * size;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Writes bytes as a whole number of the largest unit that they are one of: what `parseSize` reads. */
export function formatSize(bytes: number): string {
  const [unit, size] = UNITS.find(([, each]) => bytes >= each && bytes % each === 0) ?? ["B", 1];
  return `${bytes / size}${unit}`;
}
