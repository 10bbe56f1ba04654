/** Bars of text. What they say is in their length or height, never in a colour. */

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar to the right: as many columns as `value` has of `most`, to an eighth of a column. */
export function bar(value: number, most: number, columns: number): string {
  if (most <= 0 || value <= 0) return "";
  // What is there is seen, however little it is.
  const eighths = Math.max(1, Math.round((value / most) * columns * 8));
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

const LEVELS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** One column a value, as high as it is of `most`; nothing is a dot. */
export function sparks(values: Iterable<number>, most: number): string {
  return [...values]
    .map((value) =>
      value <= 0 ? "·" : LEVELS[Math.min(7, Math.max(0, Math.ceil((value / most) * 8) - 1))],
    )
    .join("");
}
