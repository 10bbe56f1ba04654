import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandTree } from "../../src/cli.ts";
import type { CommandNode } from "../../src/commands/command-tree.ts";
import type { Host } from "../../src/commands/host.ts";
import { blocks, pages, ROOT, textOf } from "./blocks.ts";

const test = suite("what the pages name");

/** A call of clockd, not a service or a package of that name. */
const CALL = /(?:^\s*|[|;&(]\s*|-u clockd )(clockd [^|;&)]*)/;

/** A command line of clockd: in a block of commands, or in backticks. */
function commandLines(): { where: string; line: string }[] {
  const shown = blocks().filter(({ language }) => language === "sh");
  const inBlocks = shown.flatMap(({ where, text }) =>
    text.split("\n").map((line) => ({ where, line: line.replace(/\s#.*$/, "") })),
  );
  const inText = pages().flatMap((page) =>
    [...textOf(page).matchAll(/`(clockd [^`\n]+)`/g)].map(([, line = ""]) => ({
      where: page,
      line,
    })),
  );
  return [...inBlocks, ...inText].filter(({ line }) => CALL.test(line));
}

/** `dead retry` of `clockd dead retry --all`: the words that are commands. */
function wordsOf(line: string, known: ReadonlyMap<string, unknown>): string[] {
  const words = /clockd((?: [a-z]+)*)/.exec(line)?.[1]?.trim().split(" ") ?? [];
  const two = words.slice(0, 2).join(" ");
  if (known.has(two)) return words.slice(0, 2);
  return words.slice(0, 1).filter(Boolean);
}

test("every command and every flag exists", () => {
  const known = new Map(allOf(commandTree({} as Host)).map((node) => [node.words.join(" "), node]));
  for (const { where, line } of commandLines()) {
    const [, ours = ""] = CALL.exec(line) ?? [];
    const words = wordsOf(ours, known);
    const node = known.get(words.join(" "));
    assert.ok(node, `${where}: there is no clockd ${words.join(" ")}`);
    const flags = new Set([...node.options.map(({ name }) => name), "help", "version"]);
    for (const [flag] of ours.matchAll(/(?<=\s--)[a-z][a-z-]*/g)) {
      assert.ok(flags.has(flag), `${where}: ${line} has --${flag}, which is no flag of it`);
    }
  }
});

function allOf(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(allOf)];
}

test("every npm script and every file exists", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  for (const page of pages()) {
    for (const [, name = ""] of textOf(page).matchAll(/npm run ([\w:-]+)/g)) {
      assert.ok(name in scripts, `${page}: there is no npm run ${name}`);
    }
    for (const [, path = ""] of textOf(page).matchAll(/\]\(([^):#]+)(?:#[^)]*)?\)/g)) {
      assert.ok(existsSync(join(ROOT, dirname(page), path)), `${page}: there is no ${path}`);
    }
  }
});

test("every code that clockd has for a problem is explained", () => {
  const code = /"((?:CONFIG|SCHEDULE|BROKER|LEDGER|IMPORT|FORMAT)_[A-Z0-9_]+)"/g;
  const all = new Set<string>();
  for (const file of globSync("src/**/*.ts", { cwd: ROOT })) {
    for (const [, name = ""] of readFileSync(join(ROOT, file), "utf8").matchAll(code))
      all.add(name);
  }
  const explained = textOf("docs/troubleshooting.md");
  const missing = [...all].filter((name) => !explained.includes(`\`${name}\``)).sort();
  assert.equal(missing, []);
  const named = [...explained.matchAll(/^\| `([A-Z]+_[A-Z0-9_]+)`/gm)].map(([, name = ""]) => name);
  assert.equal(
    named.filter((name) => !all.has(name)),
    [],
  );
});

test.run();
