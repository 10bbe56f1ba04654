/** Units from large to small: the order in which a duration is written. */
const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

const FORM = /^(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** True for text in the form of a duration, however long it may be. */
export function isDuration(text: string): boolean {
  return FORM.test(text);
}

/**
 * Reads a duration such as `500ms`, `90s` or `2h30m` as ms. Undefined when it is none, or when it
 * is too long to be counted exactly.
 */
export function parseDuration(text: string): number | undefined {
  const parts = FORM.exec(text);
  if (!parts) return undefined;
  const ms = UNITS.reduce((sum, [, size], index) => sum + Number(parts[index + 1] ?? 0) * size, 0);
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** Writes ms (a whole number, not negative) as words, in the form that `parseDuration` reads. */
export function formatDuration(ms: number): string {
  let rest = ms;
  let text = "";
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text || "0s";
}
