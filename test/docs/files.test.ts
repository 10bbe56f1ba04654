import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseAllDocuments } from "yaml";
import { validate } from "../../src/commands/validate.ts";
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

/** Its examples are the schema's, which `test/config/schema.test.ts` tries, each in its place. */
const REFERENCE = "docs/configuration.md";
const shown = blocks().filter(({ where }) => !where.startsWith(REFERENCE));

for (const block of shown.filter(({ language }) => language === "yaml")) {
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
    let said = "";
    const say = (text: string) => {
      said += text;
    };
    const stdin = () => Promise.reject(new Error("nothing is read"));
    const environment = variables(block.text);
    const io = { out: say, err: say, environment, now: Date.now(), stdin };
    const code = await validate({ files: [file], format: "text", strict: false }, io);
    assert.is(code, 0, said);
    folder.remove();
  });
}

for (const { where, text } of shown.filter(({ language }) => language === "json")) {
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
