import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lineSplitter } from "../../src/worker/lines.ts";
import { createTail } from "../../src/worker/tail.ts";

const test = suite("cutting output into lines");

/** Pieces that go on in the next one end with `…`. */
function split(text: string | Buffer, step: number, longest = 8): string[] {
  const bytes = Buffer.from(text as string);
  const lines: string[] = [];
  const splitter = lineSplitter(longest, (line, more) => lines.push(more ? `${line}…` : line));
  for (let at = 0; at < bytes.length; at += step) splitter.write(bytes.subarray(at, at + step));
  splitter.end();
  return lines;
}

test("the lines are the same however the bytes arrive", () => {
  const text = "one\ntwo\r\n\näöü\n€😀\nlast";
  for (let step = 1; step <= 30; step++) {
    assert.equal(split(text, step), ["one", "two", "", "äöü", "€😀", "last"]);
  }
});

test("an end of line at the very end makes no empty line", () => {
  assert.equal(split("a\n", 1), ["a"]);
  assert.equal(split("", 1), []);
});

test("a return within a line stays", () => {
  assert.equal(split("10%\r20%\n", 3), ["10%\r20%"]);
});

test("a line that is too long comes in pieces", () => {
  assert.equal(split("12345678\nx", 100), ["12345678", "x"]);
  assert.equal(split("12345678\r\nx", 100), ["12345678", "x"]);
  for (const step of [1, 3, 100]) {
    assert.equal(split("123456789abcdefghi\nx", step), ["12345678…", "9abcdefg…", "hi", "x"]);
  }
});

test("a piece never ends within a character", () => {
  for (const step of [1, 5, 100]) {
    assert.equal(split("1234567€€😀x", step), ["1234567…", "€€…", "😀x"]);
  }
});

test("bytes that are no UTF-8 at all still come in pieces", () => {
  const lines = split(Buffer.alloc(20, 0x80), 7);
  assert.is(lines.join("").replaceAll("…", ""), "\uFFFD".repeat(20));
});

test("the tail is the last bytes, from the start of a character on", () => {
  const tail = createTail(8);
  assert.is(tail.text(), "");
  tail.add("short");
  assert.is(tail.text(), "short");
  for (let i = 0; i < 100; i++) tail.add("0123456789");
  assert.is(tail.text(), "23456789");
  tail.add("€€€");
  assert.is(tail.text(), "€€");
});

test.run();
