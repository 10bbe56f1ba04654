import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkFolder } from "../../scripts/rules/check.ts";
import { temporaryFolder } from "./folder.ts";

const RULES = fileURLToPath(new URL("../../scripts/rules.ts", import.meta.url));

const test = suite("the rules of the rooms");

test("a breach is printed with its file and line, and fails", () => {
  const home = write({ "ledger/fold.ts": '// first\nimport { open } from "../broker/open.ts";\n' });
  const { status, stdout } = spawnSync(process.execPath, [RULES, home.path], { encoding: "utf8" });
  assert.match(stdout, /ledger\/fold\.ts:2 ledger may not import broker\/open\.ts: .*\n$/);
  assert.is(status, 1);
  home.remove();
});

const breaches: Record<string, [file: string, source: string, message: RegExp]> = {
  "the clock knows no adapter": [
    "clock/loop.ts",
    'import { rabbitmq } from "../broker/rabbitmq.ts";',
    /clock may not import/,
  ],
  "the types of another room are no exception": [
    "schedule/next.ts",
    'import type { Config } from "../config/config.ts";',
    /schedule may not import/,
  ],
  "the values beside the types that are for all are not for all": [
    "config/load.ts",
    'import { systemTime, type Time } from "../clock/time.ts";',
    /config may not import clock\/time\.ts/,
  ],
  "an import over several lines": [
    "ledger/fold.ts",
    'import {\n  a,\n  b,\n} from "../config/load.ts";',
    /fold\.ts:4 ledger may not/,
  ],
  "an import for its effect": ["ledger/fold.ts", 'import "../config/load.ts";', /may not import/],
  "an import when it runs": [
    "ledger/fold.ts",
    'await import("../config/load.ts");',
    /may not import/,
  ],
  "an import that cannot be known": ["ledger/fold.ts", "await import(name);", /not a plain string/],
  "a folder that is no room": ["utils/a.ts", 'import { x } from "../cli.ts";', /utils is no room/],
  "an import from outside": [
    "broker/a.ts",
    'import { x } from "../../scripts/x.ts";',
    /not in src/,
  ],
  "croner outside of schedule": [
    "clock/a.ts",
    'import { Cron } from "croner";',
    /croner is only for/,
  ],
  "amqplib in the port": [
    "broker/a.ts",
    'import type { X } from "amqplib";',
    /amqplib is only for/,
  ],
  "a part of a package": ["cli.ts", 'import { x } from "ajv/dist/2020.js";', /ajv is only for/],
  "a package that nobody spoke of": [
    "cli.ts",
    'import x from "@left/pad";',
    /@left\/pad has no row/,
  ],
  "SQLite in the wrong file": [
    "broker/open.ts",
    'import { x } from "node:sqlite";',
    /sqlite is only/,
  ],
  "reading the machine's clock": [
    "clock/a.ts",
    "export const now = () => Date.now();",
    /clock is only/,
  ],
  "a Date of now": ["clock/a.ts", "export const now = () => new Date();", /clock is only/],
  "a Date without parentheses": ["clock/a.ts", "export const now = new Date;", /clock is only/],
  "a clock inside a template": [
    "cli.ts",
    "export const a = `at $" + "{Date.now()}`;",
    /clock is only/,
  ],
  "an exit": ["cli.ts", "process.exit(1);", /process\.exit is only for main\.ts/],
  "Temporal elsewhere": ["clock/a.ts", "Temporal.Now.instant();", /Temporal is only for/],
  "a barrel": ["clock/a.ts", 'import { x } from "./index.ts";', /barrel/],
  "a re-export": ["clock/a.ts", 'export * from "./b.ts";', /re-export/],
  "a file that is too long": ["clock/a.ts", "a();\n".repeat(201), /a\.ts:201 201 lines/],
};

for (const [name, [file, source, message]] of Object.entries(breaches)) {
  test(`is told of: ${name}`, () => {
    const { errors, lines } = check({ [file]: source });
    assert.is(lines.length, 1, lines.join("\n"));
    assert.match(lines[0]!, message);
    assert.is(errors, 1);
  });
}

test("files that import in a circle are told of once", () => {
  const { lines } = check({
    "clock/c.ts": 'import { a } from "./a.ts";',
    "clock/a.ts": 'import { b } from "./b.ts";',
    "clock/b.ts": 'import { c } from "./c.ts";',
  });
  assert.is(lines.length, 1);
  assert.match(lines[0]!, /circle: clock\/a\.ts -> clock\/b\.ts -> clock\/c\.ts -> clock\/a\.ts/);
});

test("a long file is a warning and does not fail", () => {
  const { errors, lines } = check({ "clock/a.ts": "a();\n".repeat(151) });
  assert.match(lines[0]!, /151 lines/);
  assert.is(errors, 0);
});

test("what keeps to the rules is silent", () => {
  const { lines } = check({
    "main.ts": 'import { cli } from "./cli.ts";\nprocess.exitCode = 1;\nprocess.exit();\n',
    "schedule/zone.ts": 'import { Cron } from "croner";\nnew Temporal.Instant(0n);\n',
    "ledger/fold.ts":
      'import type { Time } from "../clock/time.ts";\n' +
      'import { type Emit } from "../observe/events.ts";\n' +
      "new Date(0);\n",
    "broker/a.ts": 'import type { B } from "./b.ts";\nexport interface A { kind: "run" }\n',
    "broker/b.ts": 'import type { A } from "./a.ts";\nexport type B = "b" | A;\n',
    "config/words.ts":
      '// Date.now() and import("x") in a comment\n' +
      'const text = "Date.now() from \'x\'";\nconst pattern = /"new Date()/;\n' +
      "const template = `process.exit`;\n",
    "clock/time.ts": "export const now = Date.now;\n",
  });
  assert.equal(lines, []);
});

function check(files: Record<string, string>) {
  const home = write(files);
  const breaches = checkFolder(home.path);
  home.remove();
  return {
    errors: breaches.filter(({ level }) => level === "error").length,
    lines: breaches.map(({ file, line, message }) => `${file}:${line} ${message}`),
  };
}

function write(files: Record<string, string>) {
  const home = temporaryFolder("rules");
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(`${home.path}/${path}`), { recursive: true });
    writeFileSync(`${home.path}/${path}`, source);
  }
  return home;
}

test.run();
