import type { SyntaxNode, Tree } from "@lezer/common";
import { parser } from "@lezer/python";
import { readPythonText } from "./python-text.ts";

/** A Python module that is looked at, never executed. */
export interface PythonModule {
  text: string;
  tree: Tree;
  lineOf(node: SyntaxNode): number;
  /** Constants of the module, as far as they are literal. */
  constants: Map<string, PythonValue>;
}

/** What an expression comes to without running anything. */
export type PythonValue =
  | { kind: "text"; value: string }
  | { kind: "number"; value: number }
  | { kind: "word"; value: boolean | null }
  | { kind: "list"; items: PythonValue[] }
  | { kind: "dict"; entries: PythonEntry[] }
  | { kind: "call"; name: string; args: PythonValue[]; named: Map<string, PythonValue> }
  | { kind: "unknown"; text: string };

export interface PythonEntry {
  /** Undefined: `**other` or a key that is no literal. */
  key: string | undefined;
  value: PythonValue;
  node: SyntaxNode;
  /** Comments above it. */
  comments: string[];
}

export function parsePython(text: string): PythonModule {
  const tree = parser.parse(text);
  const starts = [0];
  for (const { index } of text.matchAll(/\n/g)) starts.push(index + 1);
  const lineOf = ({ from }: SyntaxNode) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= from) low = middle;
      else high = middle;
    }
    return low + 1;
  };
  return { text, tree, lineOf, constants: new Map() };
}

/** Deeper expressions are not looked into: nobody writes a schedule like that. */
const DEEPEST = 40;

export function readPython(module: PythonModule, node: SyntaxNode, depth = 0): PythonValue {
  const text = module.text.slice(node.from, node.to);
  const unknown: PythonValue = { kind: "unknown", text };
  if (depth > DEEPEST) return unknown;
  const inner = (one: SyntaxNode) => readPython(module, one, depth + 1);
  switch (node.name) {
    case "String":
    case "ContinuedString": {
      const value = readPythonText(
        text,
        partsOf(node).map(({ name, from, to }) => ({ name, text: module.text.slice(from, to) })),
      );
      return value === undefined ? unknown : { kind: "text", value };
    }
    case "Number":
      return numberOf(text) ?? unknown;
    case "Boolean":
      return { kind: "word", value: text === "True" };
    case "None":
      return { kind: "word", value: null };
    case "ParenthesizedExpression":
      return valuesOf(node).map(inner)[0] ?? unknown;
    case "UnaryExpression":
    case "BinaryExpression":
      return arithmetic(module, node, inner) ?? unknown;
    case "ArrayExpression":
    case "TupleExpression":
    case "SetExpression":
      return { kind: "list", items: valuesOf(node).map(inner) };
    case "DictionaryExpression":
      return { kind: "dict", entries: entriesOf(module, node, inner) };
    case "CallExpression":
      return callOf(module, node, inner);
    case "VariableName":
      return module.constants.get(text) ?? unknown;
    default:
      return unknown;
  }
}

/** Children without brackets, commas and comments. */
function valuesOf(node: SyntaxNode): SyntaxNode[] {
  return partsOf(node).filter(({ name }) => /^[A-Z]/.test(name) && name !== "Comment");
}

export function partsOf(node: SyntaxNode): SyntaxNode[] {
  const parts: SyntaxNode[] = [];
  for (let part = node.firstChild; part; part = part.nextSibling) parts.push(part);
  return parts;
}

function numberOf(text: string): PythonValue | undefined {
  const value = Number(text.replaceAll("_", ""));
  return Number.isFinite(value) ? { kind: "number", value } : undefined;
}

type Inner = (node: SyntaxNode) => PythonValue;

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};

/** `60 * 5`, as intervals are often written. */
function arithmetic(
  { text }: PythonModule,
  node: SyntaxNode,
  inner: Inner,
): PythonValue | undefined {
  const parts = partsOf(node);
  const operator = parts.find(({ name }) => name === "ArithOp");
  const operate = operator && OPERATIONS[text.slice(operator.from, operator.to)];
  const values = parts.filter((part) => part !== operator).map(inner);
  const numbers = values.flatMap((value) => (value.kind === "number" ? [value.value] : []));
  if (!operate || numbers.length !== values.length) return undefined;
  const value = numbers.length === 1 ? operate(0, numbers[0]!) : operate(numbers[0]!, numbers[1]!);
  return Number.isFinite(value) ? { kind: "number", value } : undefined;
}

function entriesOf({ text }: PythonModule, node: SyntaxNode, inner: Inner): PythonEntry[] {
  const entries: PythonEntry[] = [];
  let comments: string[] = [];
  const parts = partsOf(node);
  for (const [index, part] of parts.entries()) {
    if (part.name === "Comment") comments.push(text.slice(part.from + 1, part.to));
    if (part.name === "**") {
      const value: PythonValue = {
        kind: "unknown",
        text: text.slice(part.from, parts[index + 1]?.to ?? part.to),
      };
      entries.push({ key: undefined, value, node: part, comments });
    }
    if (part.name !== ":" || index === 0) continue;
    const [key, value] = [inner(parts[index - 1]!), parts[index + 1]];
    if (!value) continue;
    const name = key.kind === "text" ? key.value : undefined;
    entries.push({ key: name, value: inner(value), node: parts[index - 1]!, comments });
    comments = [];
  }
  return entries;
}

function callOf({ text }: PythonModule, node: SyntaxNode, inner: Inner): PythonValue {
  const [called, list] = partsOf(node);
  const args: PythonValue[] = [];
  const named = new Map<string, PythonValue>();
  const parts = list ? partsOf(list) : [];
  for (const [index, part] of parts.entries()) {
    if (!/^[A-Z]/.test(part.name) || part.name === "Comment" || part.name === "AssignOp") continue;
    const [before, after] = [parts[index - 1]?.name, parts[index + 1]];
    if (before === "*" || before === "**") {
      args.push({ kind: "unknown", text: text.slice(parts[index - 1]!.from, part.to) });
    } else if (after?.name === "AssignOp") {
      const value = parts[index + 2];
      if (value) named.set(text.slice(part.from, part.to), inner(value));
    } else if (before !== "AssignOp") args.push(inner(part));
  }
  return { kind: "call", name: text.slice(called!.from, called!.to), args, named };
}
