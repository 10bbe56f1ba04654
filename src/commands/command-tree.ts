import type { Argv } from "yargs";

/** A command as it is defined for yargs: what manual pages and completion are made from. */
export interface CommandNode {
  /** Its words after `clockd`, such as `dead list`; none for the program itself. */
  words: readonly string[];
  about: string;
  positionals: PositionalFacts[];
  options: OptionFacts[];
  examples: string[];
  commands: CommandNode[];
}

export interface OptionFacts {
  /** Without the dashes. */
  name: string;
  alias: string | undefined;
  about: string;
  /** It is followed by a value. */
  takesValue: boolean;
  isRepeatable: boolean;
  choices: readonly string[];
  /** For people; undefined: there is none. */
  default: string | undefined;
}

export interface PositionalFacts {
  name: string;
  about: string;
  isRequired: boolean;
  isRepeatable: boolean;
  choices: readonly string[];
}

/** What yargs is told of a flag or a positional, as far as it is looked at. */
interface Definition {
  type?: string;
  alias?: string;
  describe?: string;
  array?: boolean;
  choices?: readonly string[];
  default?: unknown;
  defaultDescription?: string;
  hidden?: boolean;
}

/**
 * Runs the definitions against a parser that only writes down what it is told, so that there is no
 * second list of commands and flags.
 */
export function recordCommands(define: (parser: Argv) => unknown): CommandNode {
  const root = emptyNode([], "");
  define(recorder(root));
  return root;
}

function recorder(node: CommandNode): Argv {
  const told: Record<string, (...args: never[]) => void> = {
    command: (usage: string, about: string, builder?: (parser: Argv) => unknown) =>
      addCommand(node, usage, about, builder),
    option: (name: string, definition: Definition) => {
      if (!definition.hidden) node.options.push(optionFacts(name, definition));
    },
    positional: (name: string, definition: Definition) =>
      describePositional(node, name, definition),
    example: (command: string) => void node.examples.push(command),
  };
  const proxy: Argv = new Proxy({} as Argv, {
    // Whatever else yargs is told is not about words on the command line.
    get: (_, method) => {
      return (...args: never[]) => {
        told[String(method)]?.(...args);
        return proxy;
      };
    },
  });
  return proxy;
}

function addCommand(
  parent: CommandNode,
  usage: string,
  about: string,
  builder: ((parser: Argv) => unknown) | undefined,
): void {
  const [name = "", ...rest] = usage.split(" ");
  const isDefault = name === "$0";
  const node = isDefault ? parent : emptyNode([...parent.words, name], about);
  node.about = about;
  node.positionals = rest.map(positionalFacts);
  builder?.(recorder(node));
  if (!isDefault) parent.commands.push(node);
}

/** Of `<job>`, `[job]`, `<jobs..>` and `[jobs..]`. */
function positionalFacts(word: string): PositionalFacts {
  const isRepeatable = word.includes("..");
  const name = word.replace(/[<>[\].]/g, "");
  return { name, about: "", isRequired: word.startsWith("<"), isRepeatable, choices: [] };
}

function describePositional(node: CommandNode, name: string, definition: Definition): void {
  const found = node.positionals.find((positional) => positional.name === name);
  if (!found) return;
  found.about = definition.describe ?? "";
  found.choices = definition.choices ?? [];
}

function optionFacts(name: string, definition: Definition): OptionFacts {
  const {
    type,
    alias,
    describe = "",
    array = false,
    choices = [],
    defaultDescription,
  } = definition;
  const given = definition.default;
  const isTold = typeof given === "string" || typeof given === "number";
  return {
    ...{ name, alias, about: describe, choices },
    takesValue: type !== "boolean",
    isRepeatable: array,
    default: defaultDescription ?? (isTold ? String(given) : undefined),
  };
}

function emptyNode(words: readonly string[], about: string): CommandNode {
  return { words, about, positionals: [], options: [], examples: [], commands: [] };
}
