/** A string literal, or several that follow each other, as text; undefined when that needs Python. */
export function readPythonText(
  text: string,
  parts: readonly { name: string; text: string }[],
): string | undefined {
  const pieces = parts.length > 0 ? parts : [{ name: "String", text }];
  let whole = "";
  for (const piece of pieces) {
    const value = piece.name === "String" ? readOne(piece.text) : undefined;
    if (value === undefined) return undefined;
    whole += value;
  }
  return whole;
}

function readOne(literal: string): string | undefined {
  const match = /^([a-z]*)("""|'''|"|')([\s\S]*)\2$/i.exec(literal);
  if (!match) return undefined;
  const [, prefix = "", , content = ""] = match;
  if (/[bf]/i.test(prefix)) return undefined;
  return /r/i.test(prefix) ? content : content.replace(ESCAPE, unescaped);
}

const ESCAPE = /\\(\r?\n|x[0-9a-f]{2}|u[0-9a-f]{4}|.)/gi;

const PLAIN: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "0": "\0",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

function unescaped(whole: string, code: string): string {
  if (/^[xu]./i.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
  if (code.endsWith("\n")) return "";
  return PLAIN[code] ?? whole;
}
