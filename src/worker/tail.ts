export interface Tail {
  add(text: string): void;
  /** The last `bytes` bytes of all that was added, from the start of a character on. */
  text(): string;
}

/** Keeps the end of a text of any length, in bounded memory. */
export function createTail(bytes: number): Tail {
  let kept = "";
  return {
    add(text) {
      kept += text;
      // A character has at least one byte, so this many characters are always enough.
      if (kept.length > 2 * bytes) kept = kept.slice(-bytes);
    },
    text() {
      const all = Buffer.from(kept);
      let start = Math.max(all.length - bytes, 0);
      while (start > 0 && (all[start]! & 0xc0) === 0x80) start++;
      return all.toString("utf8", start);
    },
  };
}
