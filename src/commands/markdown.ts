/** Pieces of GitHub's Markdown in which texts of others stay texts. */

/** Text in a cell or a line: nothing in it is markup, a mention of a person or the end of a cell. */
export function markdownText(text: string): string {
  const entity = (sign: string) => `&#${sign.codePointAt(0)};`;
  // A colon begins an emoji, or makes an address of what is before it.
  return oneLine(text).replace(/[\\`*_[\]<>#|~&@$]|:(?=\/\/|\w*[a-z]\w*:)/gi, entity);
}

/** A value as it is written in a file. */
export function markdownCode(text: string): string {
  const line = oneLine(text);
  if (line.trim() === "") return "<code>&#32;</code>";
  // Backticks and bars would end the code or the cell.
  return /[`|]/.test(line) ? `<code>${markdownText(line)}</code>` : `\`${line}\``;
}

/** A table. Cells are Markdown already. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** What is shown when somebody opens it. `title` is Markdown already. */
export function markdownDetails(title: string, body: string): string {
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

/** A break would end the cell. Other signs that cannot be seen are of no use either. */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ");
}
