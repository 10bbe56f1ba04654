import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readJson } from "../../src/commands/json-fault.ts";

const test = suite("reading JSON from people");

test("the place of the first fault is told, whatever it is", () => {
  for (const [text, line, column] of [
    ["", 1, 1],
    ["abc", 1, 1],
    ["{a: 1}", 1, 2],
    ['{"a": tru}', 1, 7],
    ['{"a": 1,}', 1, 9],
    ['{"a" 1}', 1, 6],
    ["[1, 2", 1, 6],
    ["[1, 2}", 1, 6],
    ["[1,]", 1, 4],
    ["{'a': 1}", 1, 2],
    ['{\n  "a": 1,\n  "b": nope\n}', 3, 8],
    ['"abc', 1, 1],
    ["1 2", 1, 3],
    ["{}}", 1, 3],
    ["01", 1, 2],
    ['["\\x"]', 1, 2],
    ['["\t"]', 1, 2],
  ] as const) {
    assert.equal(readJson(text), { line, column }, text);
  }
});

test("what is JSON is read", () => {
  for (const value of [null, 0, -1.5e3, "ü\n\u2028", [], {}, [[1], { a: { b: [null, true] } }]]) {
    assert.equal(readJson(` ${JSON.stringify(value, null, 1)}\n`), { value });
  }
});

test("a very deep value with a fault has a place too", () => {
  assert.equal(readJson(`${"[".repeat(100_000)}x`), { line: 1, column: 100_001 });
});

test.run();
