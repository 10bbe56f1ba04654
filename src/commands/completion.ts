import type { CommandNode } from "./command-tree.ts";
import { complete } from "./complete.ts";
import { FILES } from "./completion-scripts.ts";
import { EXIT, type Host } from "./host.ts";

/** Answers a script: a line for each word that fits, with a tab and what it means. */
export async function answerShell(
  tree: CommandNode,
  words: readonly string[],
  { out, environment }: Host,
): Promise<number> {
  const home = (path: string) => path.replace(/^~(?=\/)/, environment.HOME ?? "~");
  const found = await complete(tree, words, async (config = "schedules.yml") => {
    const { jobNamesIn } = await import("../config/job-names.ts");
    return jobNamesIn(home(config));
  });
  if (found === "files") out(`${FILES}\n`);
  else out(found.map(({ value, about }) => `${value}\t${about}\n`).join(""));
  return EXIT.ok;
}
