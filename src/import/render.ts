import { Document, isMap, isScalar, isSeq, Pair, Scalar, YAMLMap } from "yaml";
import type { Draft, DraftJob, Entry, Fields, LeftOut } from "./draft.ts";

/** Maps that read best in one line. */
const IN_ONE_LINE = new Set(["catch_up", "retry"]);

/** A draft as the text of a schedules file, with a comment for everything that is different now. */
export function render(draft: Draft, title: string): string {
  const document = new Document(new YAMLMap());
  const top = document.contents as unknown as YAMLMap;
  document.commentBefore = commentOf([title, ...draft.head, ...draft.remarks.map(remarkLine)]);
  top.add(new Pair(new Scalar("version"), new Scalar(1)));
  if (Object.keys(draft.defaults).length > 0) {
    top.add(spaced("defaults", mapOf(document, draft.defaults)));
  }
  const jobs = new YAMLMap();
  const rest = addJobs(document, jobs, draft.entries);
  const tail = [...rest, ...old(draft.tail)];
  if (jobs.items.length === 0) jobs.flow = true;
  if (tail.length > 0) document.comment = commentOf(tail);
  top.add(spaced("jobs", jobs));
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Entries that are no jobs stand above the next job; returns those behind the last one. */
function addJobs(document: Document, jobs: YAMLMap, entries: readonly Entry[]): string[] {
  let above: string[] = [];
  for (const entry of entries) {
    if (entry.kind === "left") {
      above.push(...old(entry.comments), ...leftLines(entry), "");
      continue;
    }
    const pair = spaced(entry.name, mapOf(document, entry.fields));
    const comment = [...above, ...old(entry.comments), ...jobLines(entry)];
    pair.key.commentBefore = commentOf(comment);
    pair.key.spaceBefore = jobs.items.length > 0;
    jobs.items.push(pair); // add() would compare it with all before it
    above = [];
  }
  return above;
}

function jobLines({ from, notes }: DraftJob): string[] {
  return [...from.map((line) => `From ${line}`), ...notes.map((note) => `Note: ${note}.`)];
}

function leftLines({ line, text, why }: LeftOut): string[] {
  return [`NOT CARRIED OVER, line ${line}: ${why}.`, ...text.split("\n").map((one) => `  ${one}`)];
}

function remarkLine({ line, text }: { line: number; text: string }): string {
  return line > 0 ? `Line ${line}: ${text}.` : `${text}.`;
}

/** Comments as they were written, without the blank that the others are given. */
function old(comments: readonly string[]): string[] {
  return comments.map((line) => (line === "" ? "" : `\u0000${line}`));
}

function commentOf(lines: readonly string[]): string {
  const trimmed = [...lines];
  while (trimmed.at(-1) === "") trimmed.pop();
  while (trimmed[0] === "") trimmed.shift();
  return trimmed.flatMap((line) => line.split("\n").map(commentLine)).join("\n");
}

function commentLine(line: string): string {
  const isOld = line.startsWith("\u0000");
  const shown = (isOld ? line.slice(1) : line).replace(
    /(?!\t)[\p{Cc}\u2028\u2029\ufeff]/gu,
    codeOf,
  );
  return isOld || shown === "" ? shown : ` ${shown}`;
}

function codeOf(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function spaced(key: string, value: unknown): Pair<Scalar, unknown> {
  const scalar = new Scalar(key);
  scalar.spaceBefore = true;
  return new Pair(scalar, value);
}

function mapOf(document: Document, fields: Fields): YAMLMap {
  const map = document.createNode(fields) as YAMLMap;
  for (const { key, value } of map.items as Pair<Scalar<string>>[]) {
    if (IN_ONE_LINE.has(key.value) && isMap(value)) value.flow = true;
    if (key.value === "cron") quote(value);
    if (isSeq(value) && isShort(fields[key.value])) value.flow = true;
  }
  return map;
}

/** A pattern that begins with a star needs quotes: then all of them have some. */
function quote(value: unknown): void {
  if (isScalar(value)) value.type = Scalar.QUOTE_DOUBLE;
  if (isSeq(value)) for (const item of value.items) quote(item);
}

/** A list that is easy to read in one line. */
function isShort(value: unknown): boolean {
  const text = JSON.stringify(value);
  return text.length < 90 && !text.includes("\\n");
}
