/** A call such as `every(1.day, "report", at: "04:30") { … }` in a Ruby file. */
export interface RubyCall {
  line: number;
  /** Its arguments, as text. */
  args: string;
  /** The inside of its block. */
  block?: string;
  /** The name of the block's first parameter. */
  parameter?: string;
  /** All of it, as it is written. */
  text: string;
}

/**
 * Finds the calls of a function in Ruby that nobody runs. Strings and comments are covered up first, with
 * something as long, so that brackets and words in them do not count.
 */
export function findRubyCalls(text: string, name: string): RubyCall[] {
  const covered = coverUp(text);
  const calls: RubyCall[] = [];
  const start = new RegExp(`^[ \\t]*(?:Clockwork\\.)?(${name})\\b(?=[ \\t(])`, "gm");
  for (const match of covered.matchAll(start)) {
    const at = match.index + match[0].length;
    const args = argumentsAt(covered, at);
    const block = blockAt(covered, args.end);
    const line = text.slice(0, match.index).split("\n").length;
    const from = match.index + match[0].indexOf(match[1]!);
    const call: RubyCall = {
      line,
      args: text.slice(args.from, args.to),
      text: text.slice(from, block?.end ?? args.end).trim(),
    };
    if (block) {
      const inside = text.slice(block.from, block.to);
      const parameters = /^\s*\|([^|]*)\|/.exec(inside);
      call.block = dedent(parameters ? inside.slice(parameters[0].length) : inside);
      const first = parameters?.[1]?.split(",")[0]?.trim();
      if (first) call.parameter = first;
    }
    calls.push(call);
  }
  return calls;
}

/** Comments directly above a line, without their sign. */
export function commentsAbove(lines: readonly string[], line: number): string[] {
  const comments: string[] = [];
  for (let at = line - 2; at >= 0; at--) {
    const comment = /^\s*#(.*)$/.exec(lines[at]!);
    if (!comment) break;
    comments.unshift(comment[1]!);
  }
  return comments;
}

function coverUp(text: string): string {
  const form = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g;
  return text.replace(form, (found) => found.replace(/[^\n]/g, found.startsWith("#") ? " " : "_"));
}

function argumentsAt(covered: string, at: number): { from: number; to: number; end: number } {
  if (covered[at] === "(") {
    const end = closing(covered, at, "(", ")");
    return { from: at + 1, to: end - 1, end };
  }
  const rest = covered.slice(at);
  // A comma at the end of a line: the arguments go on.
  const stop = /\s+do\b|\s*\{|(?<!,)[ \t]*(?:\n|$)/.exec(rest)!;
  return { from: at, to: at + stop.index, end: at + stop.index };
}

function blockAt(
  covered: string,
  at: number,
): { from: number; to: number; end: number } | undefined {
  const open = /^[ \t]*(\{|do\b)/.exec(covered.slice(at));
  if (!open) return undefined;
  const from = at + open[0].length;
  if (open[1] === "{") {
    const end = closing(covered, from - 1, "{", "}");
    return { from, to: end - 1, end };
  }
  return untilEnd(covered, from);
}

/** Behind the bracket that closes the one at `at`, or the end of the text. */
function closing(covered: string, at: number, open: string, close: string): number {
  let depth = 0;
  for (let index = at; index < covered.length; index++) {
    if (covered[index] === open) depth += 1;
    else if (covered[index] === close && --depth === 0) return index + 1;
  }
  return covered.length;
}

/** Words that an `end` belongs to: some only at the start of a statement, where they are no modifiers. */
const OPENERS =
  /\b(?:do|begin|def|class|module|case)\b|(?<=(?:^|;|=|\bthen\b)[ \t]*)(?:if|unless|while|until|for)\b|\bend\b/gm;

function untilEnd(covered: string, from: number): { from: number; to: number; end: number } {
  let depth = 1;
  OPENERS.lastIndex = from;
  for (let found = OPENERS.exec(covered); found; found = OPENERS.exec(covered)) {
    depth += found[0] === "end" ? -1 : 1;
    if (depth === 0) return { from, to: found.index, end: found.index + 3 };
  }
  return { from, to: covered.length, end: covered.length };
}

/** Lines without what all of them begin with. */
export function dedent(text: string): string {
  const lines = text
    .replace(/^[ \t]*\r?\n/, "")
    .trimEnd()
    .split(/\r?\n/);
  if (lines.length === 1) return lines[0]!.trim();
  const indents = lines.filter((line) => line.trim()).map((line) => /^\s*/.exec(line)![0].length);
  const common = Math.min(...indents);
  return `${lines.map((line) => line.slice(common)).join("\n")}\n`;
}
