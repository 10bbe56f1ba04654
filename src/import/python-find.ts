import type { SyntaxNode } from "@lezer/common";
import { type PythonModule, partsOf, readPython } from "./python.ts";

/** `app.conf.timezone = …`: what is assigned, by the last part of its name. */
export interface Assignment {
  /** `beat_schedule`, of `app.conf.beat_schedule` too. */
  name: string;
  /** The literal key of `app.conf.beat_schedule["daily"]`. */
  key?: string;
  value: SyntaxNode;
  node: SyntaxNode;
}

/** All assignments of a module, also named arguments of `update(…)`, in the order of the text. */
export function findAssignments(module: PythonModule): Assignment[] {
  const found: Assignment[] = [];
  module.tree.iterate({
    enter({ node, name }) {
      if (name === "AssignStatement") found.push(...assigned(module, node));
      if (name === "CallExpression" && isUpdate(module, node)) found.push(...named(module, node));
    },
  });
  return found;
}

/** Calls of a function of this name, such as `add_periodic_task`. */
export function findCalls(module: PythonModule, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  module.tree.iterate({
    enter({ node }) {
      if (node.name !== "CallExpression") return;
      const [called] = partsOf(node);
      if (called && lastName(textOf(module, called)) === name) found.push(node);
    },
  });
  return found;
}

/** Notes down what `NAME = 60 * 5` says, for expressions that use NAME. */
export function noteConstants(module: PythonModule, assignments: readonly Assignment[]): void {
  for (const { name, key, value, node } of assignments) {
    if (key !== undefined || node.parent?.name !== "Script" || node.name !== "AssignStatement")
      continue;
    const read = readPython(module, value);
    if (read.kind === "text" || read.kind === "number" || read.kind === "call") {
      module.constants.set(name, read);
    }
  }
}

function assigned(module: PythonModule, node: SyntaxNode): Assignment[] {
  const parts = partsOf(node);
  const sign = parts.findIndex(({ name }) => name === "AssignOp");
  const [target, value] = [parts[0], parts[sign + 1]];
  if (!target || !value || sign < 1) return [];
  const text = textOf(module, target);
  const item = /^(.*)\[\s*(["'])(.*)\2\s*\]$/s.exec(text);
  if (item) return [{ name: lastName(item[1]!), key: item[3]!, value, node }];
  return [{ name: lastName(text), value, node }];
}

function isUpdate(module: PythonModule, node: SyntaxNode): boolean {
  const [called] = partsOf(node);
  return called !== undefined && /\bconf(ig)?\.update$/.test(textOf(module, called));
}

function named(module: PythonModule, node: SyntaxNode): Assignment[] {
  const parts = partsOf(partsOf(node)[1] ?? node);
  return parts.flatMap((part, index) => {
    const value = parts[index + 2];
    if (parts[index + 1]?.name !== "AssignOp" || !value) return [];
    return [{ name: textOf(module, part), value, node: part }];
  });
}

export function textOf({ text }: PythonModule, { from, to }: SyntaxNode): string {
  return text.slice(from, to);
}

function lastName(text: string): string {
  return text.slice(text.lastIndexOf(".") + 1);
}
