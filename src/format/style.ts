import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  type Node,
  type Pair,
  Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { keyText } from "../config/key.ts";
import { outdentComments } from "./outdent.ts";

/** A document of `text` as text in clockd's style. */
export function applyStyle(document: Document.Parsed, text: string): string {
  keepNumbers(document);
  if (isCollection(document.contents)) outdentComments(document.contents as YAMLMap, text);
  visit(document, {
    Node(key, node, path) {
      if (isScalar(node) && isQuoted(node)) node.type = quotesFor(node, key, path);
      if (isCollection(node)) unfoldFlow(node, text);
      collapseIn(node);
    },
  });
  collapseIn(document);
  spaceOut(document, text);
  return document.toString({ indent: 2, lineWidth: 0, flowCollectionPadding: false });
}

/** Numbers are written as they were: `1.10`, `+5` and `0x1F` mean more than their value to `env`. */
function keepNumbers({ schema }: Document.Parsed): void {
  schema.tags = schema.tags.map((tag) => {
    const { stringify } = tag;
    if (!stringify || !/:(int|float)$/.test(tag.tag)) return tag;
    return {
      ...tag,
      stringify: (item, ...rest) => (item as Scalar).source ?? stringify(item, ...rest),
    };
  });
}

function isQuoted({ type }: Scalar): boolean {
  return type === Scalar.QUOTE_DOUBLE || type === Scalar.QUOTE_SINGLE;
}

/** What other readers of YAML, of version 1.1, take for something else than text. */
const READ_OTHERWISE = /^(?:y|yes|n|no|on|off|null|true|false)$/i;

/** Text in which nothing could be taken for a sign of YAML. */
const HARMLESS = /^[a-z./][\w ./-]*$/i;

/** Quotes stay unless they say nothing; patterns always have some, since most begin with a star. */
function quotesFor(node: Scalar, key: unknown, path: readonly unknown[]): Scalar.Type {
  const text = String(node.value);
  if (!isPattern(key, path) && HARMLESS.test(text) && !READ_OTHERWISE.test(text)) {
    return Scalar.PLAIN;
  }
  // What has double quotes or backslashes in it is easier to read in single ones.
  return /["\\]/.test(text) ? (node.type as Scalar.Type) : Scalar.QUOTE_DOUBLE;
}

/** The value of `cron`, or one of its list. */
function isPattern(key: unknown, path: readonly unknown[]): boolean {
  if (key === "key") return false;
  const pair = path.findLast(
    (node): node is Pair<Node> => !!node && typeof node === "object" && "key" in node,
  );
  return !!pair && keyText(pair.key) === "cron";
}

/** A list in brackets over several lines becomes one line, or a block when that would be too long. */
function unfoldFlow(
  node: Node & { flow?: boolean; range?: [number, number, number] | null },
  text: string,
): void {
  if (!node.flow || !node.range) return;
  const written = text.slice(node.range[0], node.range[1]);
  if (written.includes("\n") && written.replace(/\s+/g, " ").length > 80) node.flow = false;
}

/** At most one empty line between comments, none behind the last one of a block. */
function collapseIn(node: { commentBefore?: string | null; comment?: string | null }): void {
  const collapse = (comment: string) => comment.replace(/\n{3,}/g, "\n\n");
  if (node.commentBefore) node.commentBefore = collapse(node.commentBefore).replace(/\n+$/, "\n");
  if (node.comment) node.comment = collapse(node.comment).replace(/\n+$/, "");
}

/** An empty line before each section, and between jobs that are longer than a line. */
function spaceOut({ contents }: Document.Parsed, text: string): void {
  if (!isMap(contents) || contents.flow) return;
  separate(pairsOf(contents), text);
  for (const pair of pairsOf(contents)) {
    if (isMap(pair.value) && (keyText(pair.key) === "jobs" || keyText(pair.key) === "calendars")) {
      separate(pairsOf(pair.value as YAMLMap), text);
    }
  }
}

function separate(pairs: readonly Pair<Node, Node | null>[], text: string): void {
  for (const [index, { key, value }] of pairs.entries()) {
    if (index === 0) {
      key.spaceBefore = false;
      continue;
    }
    if (isLong(value, text) || isLong(pairs[index - 1]!.value, text)) key.spaceBefore = true;
  }
}

function isLong(value: Node | null, text: string): boolean {
  return (
    isCollection(value) &&
    !!value.range &&
    text.slice(value.range[0], value.range[1]).trimEnd().includes("\n")
  );
}

function pairsOf(map: YAMLMap): Pair<Node, Node | null>[] {
  return map.items.filter(({ key }) => isScalar(key)) as Pair<Node, Node | null>[];
}
