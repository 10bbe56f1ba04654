import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createReader } from "../../src/ledger/reader.ts";
import type { LedgerFault } from "../../src/ledger/record.ts";
import * as r from "./records.ts";
import { fold } from "./records.ts";

const test = suite("reading a ledger on");

const mark = { kind: "mark" as const, at: 1, nonce: "n" };

test("each kind of fault is told once", () => {
  const { read, state } = createReader();
  const newer: LedgerFault = { fault: "newer-version", reason: "from tomorrow" };
  const told = [r.fault, mark, r.fault, newer, newer].map((content, position) =>
    read({ position, content }),
  );
  assert.equal(told, [
    { what: "broken", reason: "nonsense" },
    undefined,
    undefined,
    { what: "newer-version", reason: "from tomorrow" },
    undefined,
  ]);
  assert.equal(state.faults, { "unknown-kind": 0, "newer-version": 2, broken: 2 });
});

test("a beginning that is missing is told once", () => {
  const { read, state } = createReader();
  const reason = "the record 0 is not there, the next one is 70";
  assert.equal(read({ position: 70, content: mark }), { what: "beginning", reason });
  assert.is(read({ position: 71, content: mark }), undefined);
  assert.is(read({ position: 150, content: mark }), undefined);
  assert.ok(state.lacksBeginning);
});

test("a fault at a place where records are missing hides neither", () => {
  const { read } = createReader();
  assert.is(read({ position: 70, content: r.fault })?.what, "broken");
  assert.is(read({ position: 71, content: mark })?.what, "beginning");
});

test("nothing is missing when every record follows on the one before", () => {
  const { read, state } = createReader();
  for (const position of [0, 1, 2]) assert.is(read({ position, content: mark }), undefined);
  assert.is(state.lacksBeginning, false);
});

test("a position that the broker has taken for itself is no record that is missing", () => {
  const { read, state } = createReader(fold([mark, mark]));
  assert.is(read({ position: 3, content: mark }), undefined);
  assert.is(state.lacksBeginning, false);
});

test("records that are missing after a snapshot are told of", () => {
  const { read } = createReader(fold([mark, mark]));
  assert.is(read({ position: 2, content: mark }), undefined);
  assert.is(read({ position: 40, content: mark })?.what, "beginning");
});

test("a ledger that begins anew is told of", () => {
  const { read, state } = createReader(fold([mark, mark, mark]));
  assert.is(read({ position: 0, content: mark })?.what, "beginning");
  assert.is(state.position, 0);
});

test("a snapshot that lacks the beginning is nothing new", () => {
  const { read } = createReader({ ...fold([mark]), lacksBeginning: true });
  assert.is(read({ position: 1, content: mark }), undefined);
});

test.run();
