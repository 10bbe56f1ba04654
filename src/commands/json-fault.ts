/** A JSON value, or where the text stops to be one. */
export type JsonRead = { value: unknown } | { line: number; column: number };

/** Reads JSON. The runtime's own complaint has no place for all faults, and repeats the text. */
export function readJson(text: string): JsonRead {
  try {
    return { value: JSON.parse(text) };
  } catch {
    const before = text.slice(0, faultIn(text)).split("\n");
    return { line: before.length, column: before.at(-1)!.length + 1 };
  }
}

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in texts
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const PLAIN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** What may come next, in a list or an object of the stack's. */
type Expected = "value" | "value or ]" | "key" | "key or }" | "comma or end";

/** The offset of the first token that cannot be there. */
function faultIn(text: string): number {
  let at = 0;
  let expected: Expected = "value";
  const open: ("[" | "{")[] = [];
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found !== null;
  };
  const takeWord = (word: string) => {
    const found = text.startsWith(word, at);
    if (found) at += word.length;
    return found;
  };
  const takeKey = () => {
    if (!take(TEXT)) return false;
    take(SPACE);
    return takeWord(":");
  };
  for (;;) {
    take(SPACE);
    const isObject = open.at(-1) === "{";
    if (expected !== "value" && expected !== "key" && takeWord(isObject ? "}" : "]")) {
      // An end that nothing was begun for is a fault itself.
      if (open.pop() === undefined) return at - 1;
      expected = "comma or end";
    } else if (expected === "comma or end") {
      if (open.length === 0 || !takeWord(",")) return at;
      expected = isObject ? "key" : "value";
    } else if (expected === "key" || expected === "key or }") {
      if (!takeKey()) return at;
      expected = "value";
    } else if (takeWord("{")) {
      open.push("{");
      expected = "key or }";
    } else if (takeWord("[")) {
      open.push("[");
      expected = "value or ]";
    } else {
      if (!take(TEXT) && !take(PLAIN)) return at;
      expected = "comma or end";
    }
  }
}
