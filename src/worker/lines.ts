const NEWLINE = 10;
const RETURN = 13;

/** `truncated`: the line was too long; it goes on in the next piece. */
export type OnLine = (line: string, truncated: boolean) => void;

export interface LineSplitter {
  /** Takes the next bytes; `onLine` is called before it returns. */
  write(chunk: Buffer): void;
  /** Hands out what is left without an end of line. */
  end(): void;
}

/**
 * Cuts bytes into lines. Ends of line (LF or CRLF) are left out; bytes that are not UTF-8 become
 * U+FFFD. Never holds more than `longest` bytes: a longer line is handed out in pieces.
 */
export function lineSplitter(longest: number, onLine: OnLine): LineSplitter {
  let held: Buffer = Buffer.alloc(0);
  return {
    write(chunk) {
      const data = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
      let start = 0;
      let newline = data.indexOf(NEWLINE, held.length);
      while (newline >= 0) {
        start = cutLong(data, start, withoutReturn(data, start, newline), longest, onLine);
        onLine(data.toString("utf8", start, withoutReturn(data, start, newline)), false);
        start = newline + 1;
        newline = data.indexOf(NEWLINE, start);
      }
      start = cutLong(data, start, data.length, longest, onLine);
      // A copy, so that a few bytes do not keep the whole chunk alive.
      held = Buffer.from(data.subarray(start));
    },
    end() {
      if (held.length > 0) onLine(held.toString("utf8", 0, withoutReturn(held, 0)), false);
      held = Buffer.alloc(0);
    },
  };
}

/** Hands out pieces until no more than `longest` is left before `end`; returns where that starts. */
function cutLong(data: Buffer, from: number, end: number, longest: number, onLine: OnLine): number {
  let start = from;
  while (end - start > longest) {
    const cut = characterStart(data, start + longest, start);
    onLine(data.toString("utf8", start, cut), true);
    start = cut;
  }
  return start;
}

/** The start of the character that `at` is in. A UTF-8 character has at most three further bytes. */
function characterStart(data: Buffer, at: number, from: number): number {
  for (let back = 0; back < 4 && at - back > from; back++) {
    if ((data[at - back]! & 0xc0) !== 0x80) return at - back;
  }
  return at;
}

function withoutReturn(data: Buffer, start: number, end = data.length): number {
  return end > start && data[end - 1] === RETURN ? end - 1 : end;
}
