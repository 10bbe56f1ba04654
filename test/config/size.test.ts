import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatSize, parseSize } from "../../src/config/size.ts";

const test = suite("sizes");

const PAIRS: [string, number][] = [
  ["0KB", 0],
  ["1KB", 1000],
  ["1KiB", 1024],
  ["512MB", 512_000_000],
  ["512MiB", 536_870_912],
  ["1500KB", 1_500_000],
  ["2GB", 2_000_000_000],
  ["2GiB", 2_147_483_648],
];

test("words and bytes are the same, both ways", () => {
  for (const [text, bytes] of PAIRS) {
    assert.is(parseSize(text), bytes, text);
    if (bytes > 0) assert.is(formatSize(bytes), text);
  }
  assert.is(formatSize(1_000_000_000_000), "1000GB");
  assert.is(formatSize(1), "1B");
});

test("anything else is no size", () => {
  for (const text of ["", "5", "MB", "5 MB", "5mb", "5M", "5Mib", "1.5GB", "-5MB", "5MB\n", "5B"]) {
    assert.is(parseSize(text), undefined, JSON.stringify(text));
  }
});

test("a size too large to be counted exactly is none", () => {
  assert.is(parseSize(`${"9".repeat(30)}KB`), undefined);
});

test.run();
