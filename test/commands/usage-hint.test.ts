import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandTree } from "../../src/cli.ts";
import type { CommandNode } from "../../src/commands/command-tree.ts";
import type { Host } from "../../src/commands/host.ts";
import { usageHint } from "../../src/commands/usage-hint.ts";

const test = suite("help for a wrong command line");
const tree = commandTree({} as Host);

const CASES: [words: string, message: string, answer: string][] = [
  ["wrker", "Unknown argument: wrker", "wrker (did you mean worker?)\nTry: clockd --help"],
  ["dead lst", "Unknown argument: lst", "lst (did you mean list?)\nTry: clockd dead --help"],
  [
    "dead list --jsn",
    "Unknown argument: jsn",
    "jsn (did you mean json?)\nTry: clockd dead list --help",
  ],
  ["next --cout 3", "Unknown argument: cout", "(did you mean count?)\nTry: clockd next --help"],
  ["validate --wat", "Unknown argument: wat", "wat\nTry: clockd validate --help"],
  ["dead", "one of list and show", "clockd: one of list and show\nTry: clockd dead --help"],
];

for (const [words, message, answer] of CASES) {
  test(`clockd ${words}`, () => {
    const text = usageHint(message, words.split(" "), tree);
    assert.ok(text.endsWith(`${answer}\n`), text);
  });
}

test("the help of every command has an example", () => {
  const lacking = allOf(tree).filter(
    ({ commands, words, examples }) =>
      examples.length === 0 && (commands.length === 0 || words.length === 0),
  );
  assert.equal(
    lacking.map(({ words }) => words.join(" ")),
    [],
  );
});

test("an example is about its own command, and every flag in it exists", () => {
  for (const { words, examples, options } of allOf(tree)) {
    for (const example of examples) {
      assert.match(example, new RegExp(`\\b${["clockd", ...words].join(" ")}\\b`));
      for (const [flag] of example.matchAll(/(?<=\s--)[a-z-]+/g)) {
        assert.ok(
          options.some(({ name }) => name === flag),
          `${example}: there is no --${flag}`,
        );
      }
    }
  }
});

function allOf(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(allOf)];
}

test.run();
