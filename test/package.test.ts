import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { manualPages } from "../scripts/package/man.ts";
import { commandTree } from "../src/cli.ts";
import type { CommandNode } from "../src/commands/command-tree.ts";
import type { Host } from "../src/commands/host.ts";

const test = suite("what a package is made of");

const tree = commandTree({} as Host);
const facts = { version: "1.2.3", date: "2026-12-01" };

test("there is a manual page for each command, with each of its flags", () => {
  const pages = manualPages(tree, facts);
  let count = 0;
  const check = (node: CommandNode) => {
    count += 1;
    const page = pages.get(`${["clockd", ...node.words].join("-")}.1`)!;
    for (const { name } of node.options) {
      assert.match(
        page,
        `\\fB${name === "config" ? "\\-c\\fR, \\fB" : ""}\\-\\-${name.replaceAll("-", "\\-")}`,
      );
    }
    for (const command of node.commands) check(command);
  };
  check(tree);
  assert.is(pages.size, count);
  assert.match(pages.get("clockd-worker.1")!, '.TH CLOCKD-WORKER 1 2026-12-01 "clockd 1.2.3"');
});

test("what looks like a request of the formatter is text in a manual page", () => {
  const node: CommandNode = {
    ...{ words: ["odd"], positionals: [], examples: ["'.' \\"], commands: [] },
    about: ".TH is text, and \\fB too",
    options: [],
  };
  const page = manualPages({ ...node, words: [], commands: [node] }, facts).get("clockd-odd.1")!;
  assert.match(page, "\\- \\&.TH is text, and \\efB too");
  assert.match(page, "\n\\(aq.\\(aq \\e\n");
});

test("an executable for another processor is refused", () => {
  const script = join(import.meta.dirname, "../scripts/package.ts");
  const args = [script, "--arch", process.arch === "x64" ? "arm64" : "amd64"];
  const { status, stderr } = spawnSync(
    process.execPath,
    [...args, "--executable", process.execPath],
    { encoding: "utf8" },
  );
  assert.is(status, 2);
  assert.match(stderr, "is no executable for");
});

test.run();
