import {
  isCollection,
  isMap,
  isNode,
  isPair,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

type Block = YAMLMap<Node, Node | null> | YAMLSeq<Node>;

/**
 * The library gives comments below a nested block to that block, however far left they stand. Those that
 * stand left of it belong to what follows it: they are moved there.
 */
export function outdentComments(block: YAMLMap | YAMLSeq, text: string): void {
  const items = block.items as (Pair<Node, Node | null> | Node)[];
  for (const [index, item] of items.entries()) {
    const inner = isPair(item) ? item.value : item;
    if (!isCollection(inner) || inner.flow) continue;
    outdentComments(inner as YAMLMap | YAMLSeq, text);
    const moved = takeOutdented(inner as Block, text);
    if (moved === undefined) continue;
    const next = items[index + 1];
    const target = isPair(next) ? next.key : next;
    if (isNode(target)) putAbove(target, moved);
    else block.comment = [trimmed(moved), block.comment].filter((part) => part).join("\n");
  }
}

/** Takes off the block's last comment what stands left of the block. */
function takeOutdented(block: Block, text: string): string | undefined {
  const { comment, range } = block;
  const first = block.items[0];
  const head = isPair(first) ? first.key : first;
  if (!comment || !range || !isNode(head) || !head.range) return undefined;
  const column = columnOf(text, head.range[0]) - (isMap(block) ? 0 : 2);
  const written = commentLinesFrom(text, range[1]);
  const lines = comment.split("\n");
  const own = lines.filter((line) => line !== "");
  const columns = written.slice(-own.length);
  if (own.length > written.length || columns.some((line, index) => line.text !== own[index])) {
    return undefined;
  }
  let seen = 0;
  const at = lines.findIndex((line) => line !== "" && columns[seen++]!.column < column);
  if (at === -1) return undefined;
  const kept = lines.slice(0, at);
  while (kept.at(-1) === "") kept.pop();
  const blankBefore = kept.length < at;
  block.comment = kept.length > 0 ? kept.join("\n") : null;
  return (blankBefore ? "\n" : "") + lines.slice(at).join("\n");
}

function putAbove(node: Node, moved: string): void {
  const before = moved.startsWith("\n");
  const comment = before ? moved.slice(1) : moved;
  // An empty line between the moved comment and what was above the node already.
  const blankAfter = node.spaceBefore && !comment.endsWith("\n") ? "\n" : "";
  node.commentBefore = [comment + blankAfter, node.commentBefore].filter((part) => part).join("\n");
  node.spaceBefore = before || node.spaceBefore === true;
}

function trimmed(comment: string): string {
  return comment.replace(/\n+$/, "");
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1);
}

/** The lines behind an offset that are nothing but comments, up to the first that is more. */
function commentLinesFrom(text: string, offset: number): { text: string; column: number }[] {
  const start = text[offset - 1] === "\n" ? offset : text.indexOf("\n", offset) + 1;
  const found: { text: string; column: number }[] = [];
  if (start === 0) return found;
  for (const line of text.slice(start).split("\n")) {
    const comment = /^([ \t]*)#(.*?)\r?$/.exec(line);
    if (comment) found.push({ column: comment[1]!.length, text: comment[2]! });
    else if (line.trim() !== "") break;
  }
  return found;
}
