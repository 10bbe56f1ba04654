import type { CommandNode, OptionFacts } from "./command-tree.ts";

/** What may stand where the cursor is. */
export interface Candidate {
  value: string;
  about: string;
}

/** Or the name of a file, which the shell knows better. */
export type Completion = Candidate[] | "files";

/**
 * The completions of the last of `words`, which are those after `clockd` up to the cursor. `jobs` are
 * asked for only where a job may stand, with the value of `--config`.
 */
export async function complete(
  tree: CommandNode,
  words: readonly string[],
  jobs: (config: string | undefined) => Promise<readonly string[]>,
): Promise<Completion> {
  // bash takes `--config=file` for three words.
  const before = words.slice(0, -1).filter((word) => word !== "=");
  const [prefix, current] = splitValue(words.at(-1) === "=" ? "" : (words.at(-1) ?? ""));
  const place = walk(tree, prefix === "" ? before : [...before, prefix.slice(0, -1)]);
  const found = await candidatesAt(place, current, () => jobs(place.config));
  if (found === "files") return found;
  return found
    .filter(({ value }) => value.startsWith(current))
    .map(({ value, about }) => ({ value: prefix + value, about }));
}

/** Where the cursor is. */
interface Position {
  node: CommandNode;
  /** The option whose value is to come. */
  pending: OptionFacts | undefined;
  used: Set<OptionFacts>;
  /** How many positionals have been given. */
  given: number;
  config: string | undefined;
}

function walk(tree: CommandNode, words: readonly string[]): Position {
  const place: Position = {
    ...{ node: tree, pending: undefined, used: new Set(), given: 0, config: undefined },
  };
  for (const word of words) step(place, word);
  return place;
}

function step(place: Position, word: string): void {
  if (place.pending) {
    if (place.pending.name === "config") place.config = word;
    place.pending = undefined;
    return;
  }
  if (word.startsWith("-")) {
    const [flag, value] = splitValue(word);
    const name = flag === "" ? word : flag.slice(0, -1);
    const option = place.node.options.find((one) => spellings(one).includes(name));
    if (!option) return;
    place.used.add(option);
    if (flag !== "" && option.name === "config") place.config = value;
    place.pending = flag === "" && option.takesValue ? option : undefined;
    return;
  }
  const command =
    place.given === 0 && place.node.commands.find(({ words }) => words.at(-1) === word);
  if (command) place.node = command;
  else place.given += 1;
}

async function candidatesAt(
  { node, pending, used, given }: Position,
  current: string,
  jobs: () => Promise<readonly string[]>,
): Promise<Completion> {
  const named = async () => (await jobs()).map((value) => ({ value, about: "job" }));
  if (pending) {
    if (pending.name === "config") return "files";
    return pending.name === "job" ? named() : pending.choices.map(bare);
  }
  if (current.startsWith("-")) return flagsOf(node, used);
  const commands = given > 0 ? [] : node.commands;
  const words = commands.map(({ words, about }) => ({ value: words.at(-1)!, about }));
  const last = node.positionals.at(-1);
  const positional = node.positionals[given] ?? (last?.isRepeatable ? last : undefined);
  if (!positional) return words;
  if (["file", "files", "old", "new"].includes(positional.name)) return "files";
  const isJob = /\bjobs?\b/.test(`${positional.name} ${positional.about}`);
  return [...words, ...positional.choices.map(bare), ...(isJob ? await named() : [])];
}

function flagsOf(node: CommandNode, used: ReadonlySet<OptionFacts>): Candidate[] {
  const flags = node.options
    .filter((option) => option.isRepeatable || !used.has(option))
    .map(({ name, about }) => ({ value: `--${name}`, about }));
  return [...flags, { value: "--help", about: "show help" }];
}

function spellings({ name, alias }: OptionFacts): string[] {
  return alias === undefined ? [`--${name}`] : [`--${name}`, `-${alias}`];
}

/** `--flag=` and the value; or nothing and the word. */
function splitValue(word: string): [prefix: string, value: string] {
  const end = word.startsWith("--") ? word.indexOf("=") + 1 : 0;
  return [word.slice(0, end), word.slice(end)];
}

function bare(value: string): Candidate {
  return { value, about: "" };
}
