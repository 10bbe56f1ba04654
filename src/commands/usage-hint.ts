import { nearest } from "../config/nearest.ts";
import type { CommandNode } from "./command-tree.ts";

/**
 * What a wrong command line is answered with: yargs' `message`, the word that was most likely meant, and
 * where to look.
 */
export function usageHint(message: string, args: readonly string[], tree: CommandNode): string {
  const node = meantCommand(tree, args);
  const meant = meantWord(message, args, node);
  const hint = meant === undefined ? "" : ` (did you mean ${meant}?)`;
  return `clockd: ${message}${hint}\nTry: ${["clockd", ...node.words].join(" ")} --help\n`;
}

/** The command of the leading words that are one. */
function meantCommand(tree: CommandNode, args: readonly string[]): CommandNode {
  let node = tree;
  for (const arg of args) {
    const next = node.commands.find(({ words }) => words.at(-1) === arg);
    if (!next) break;
    node = next;
  }
  return node;
}

function meantWord(
  message: string,
  args: readonly string[],
  node: CommandNode,
): string | undefined {
  const word = /^Unknown (?:argument|command)s?: ([^,\s]+)/.exec(message)?.[1];
  if (word === undefined) return undefined;
  const isFlag = args.some((arg) => arg.startsWith(`--${word}`));
  const commands = node.commands.map(({ words }) => words.at(-1)!);
  return nearest(word, isFlag ? node.options.map(({ name }) => name) : commands);
}
