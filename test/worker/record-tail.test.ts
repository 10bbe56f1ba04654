import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Outcome } from "../../src/worker/command.ts";
import { recordTail } from "../../src/worker/record-tail.ts";

const test = suite("what the ledger keeps of an output");

const keep = (tail: string, ok = true) => recordTail({ ok, tail } as Outcome);
const jsonBytes = (text: string) => Buffer.byteLength(JSON.stringify(text)) - 2;

test("a short one is kept as it is", () => {
  for (const tail of ["", "a", "line\nline\n", "x".repeat(512), "\u0000".repeat(85)]) {
    assert.equal(keep(tail), { tail });
  }
  assert.equal(keep("x".repeat(4096), false), { tail: "x".repeat(4096) });
});

test("a long one is cut at the start of a line, if that costs little", () => {
  const line = `${"x".repeat(99)}\n`;
  assert.equal(keep(line.repeat(9)), { tail: line.repeat(5), tailCut: true });
  // A line that takes nearly all of the room is better than next to nothing.
  assert.equal(keep(`${"y".repeat(600)}\nend`).tail, `${"y".repeat(507)}\nend`);
});

test("whatever is in it, it takes no more room as JSON than that, and is the very end", () => {
  const pieces = fc.constantFrom(
    "a",
    "\n",
    '"',
    "\\",
    "\u0000",
    "ä",
    "\ufffd",
    "😀",
    "\ud800",
    "漢",
  );
  const check = (parts: string[], ok: boolean) => {
    const tail = parts.join("");
    const kept = keep(tail, ok);
    assert.ok(jsonBytes(kept.tail) <= (ok ? 512 : 4096));
    assert.ok(tail.endsWith(kept.tail));
    assert.is(kept.tailCut === true, kept.tail.length < tail.length);
  };
  const texts = fc.array(pieces, { maxLength: 6000, size: "max" });
  fc.assert(fc.property(texts, fc.boolean(), check), { numRuns: 300, seed: 20_261_201 });
});

test("a character is never cut in two", () => {
  const { tail } = keep("😀".repeat(1000));
  assert.is(tail, "😀".repeat(128));
});

test.run();
