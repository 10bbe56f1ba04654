import type { FinishedRecord } from "../ledger/run-record.ts";
import type { Outcome } from "./command.ts";

/**
 * What the ledger keeps of a command's output, in bytes of JSON. Every reader of the ledger reads
 * all of it (docs/decisions/0009): of an end that somebody will look into, more.
 */
const FAILED_BYTES = 4096;
const OK_BYTES = 512;

/** The end of an outcome's tail, from the start of a line on when there is one. */
export function recordTail({ ok, tail }: Outcome): Required<Pick<FinishedRecord, "tail">> & {
  tailCut?: true;
} {
  const start = startOf(tail, ok ? OK_BYTES : FAILED_BYTES);
  if (start === 0) return { tail };
  return { tail: tail.slice(lineStart(tail, start)), tailCut: true };
}

/** Where the longest end begins that needs no more than `bytes`. */
function startOf(text: string, bytes: number): number {
  let left = bytes;
  let start = text.length;
  while (start > 0) {
    const character = characterBefore(text, start);
    left -= jsonBytes(character);
    if (left < 0) return start;
    start -= character.length;
  }
  return 0;
}

/** With both halves of a pair. */
function characterBefore(text: string, end: number): string {
  const pair = text.slice(Math.max(end - 2, 0), end);
  return pair.codePointAt(0)! > 0xffff ? pair : text[end - 1]!;
}

function jsonBytes(character: string): number {
  const code = character.codePointAt(0)!;
  if (code >= 0x20 && code < 0x80 && character !== '"' && character !== "\\") return 1;
  return Buffer.byteLength(JSON.stringify(character)) - 2;
}

/** Half a line is better than too little. */
function lineStart(text: string, start: number): number {
  if (text[start - 1] === "\n") return start;
  const next = text.indexOf("\n", start) + 1;
  return next > 0 && next - start < (text.length - start) / 2 ? next : start;
}
