import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseAllDocuments } from "yaml";
import { show } from "../process/shown.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Block, blocks } from "./blocks.ts";
import { calendar } from "./ground.ts";

const test = suite("files that the pages show");

const EXAMPLE = 'jobs: {example: {every: 1h, run: "true"}}\n';

/** A part of a file, made whole. */
function whole({ text, marks }: Block): string {
  if (marks.includes("job")) {
    const fields = text.replaceAll(/^(?=.)/gm, "    ");
    return `version: 1\njobs:\n  example:\n    cron: "30 2 * * *"\n    run: "true"\n${fields}`;
  }
  const version = /^version:/m.test(text) ? "" : "version: 1\n";
  return `${version}${text}${/^jobs:/m.test(text) ? "" : EXAMPLE}`;
}

/** Every variable that the text asks for. */
function variables(text: string): Record<string, string> {
  const names = [...text.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name = ""]) => name);
  return Object.fromEntries(names.map((name) => [name, "https://example.com/x"]));
}

for (const block of blocks().filter(({ language }) => language === "yaml")) {
  const isOurs = !block.marks.includes("elsewhere");
  test(`${block.where} is ${isOurs ? "a file that clockd takes" : "YAML"}`, async () => {
    if (!isOurs) {
      for (const document of parseAllDocuments(block.text)) assert.equal(document.errors, []);
      return;
    }
    const folder = temporaryFolder("page");
    const file = join(folder.path, "schedules.yml");
    writeFileSync(file, whole(block));
    writeFileSync(join(folder.path, "holidays.ics"), calendar());
    const env = variables(block.text);
    const { code, stdout, stderr } = await show(["validate", file], { env, cwd: folder.path });
    assert.is(code, 0, [...stdout, ...stderr].join("\n"));
    folder.remove();
  });
}

for (const { where, text } of blocks().filter(({ language }) => language === "json")) {
  test(`${where} is JSON`, () => {
    for (const line of lines(text)) assert.type(JSON.parse(line), "object");
  });
}

/** One value in several lines, or one a line. */
function lines(text: string): string[] {
  try {
    JSON.parse(text);
    return [text];
  } catch {
    return text.trim().split("\n");
  }
}

test.run();
