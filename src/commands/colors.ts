import { styleText } from "node:util";

/**
 * Colours for a terminal. Blue-green and yellow look different to nearly everybody, red and green do
 * not; and what they say is always said by a sign or a word too.
 */
export interface Colors {
  bold(text: string): string;
  /** What is new, or more. */
  more(text: string): string;
  /** What is gone, or less. */
  less(text: string): string;
  dim(text: string): string;
}

export function colorsFor(isColored: boolean): Colors {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    isColored && text !== "" ? styleText(format, text, { validateStream: false }) : text;
  return { bold: style("bold"), more: style("cyan"), less: style("yellow"), dim: style("dim") };
}
