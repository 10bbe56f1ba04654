import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RunRecord } from "../../src/ledger/run-record.ts";
import { turnOf } from "../../src/worker/turn.ts";
import * as r from "../ledger/run-records.ts";
import { foldRuns } from "../ledger/run-records.ts";

const test = suite("when a claim has its turn");

const queued = (fire: string, nonce: string) => r.claimed(fire, nonce, { overlap: "queue" });
const turn = (fire: string, nonce: string, ...records: RunRecord[]) =>
  turnOf(foldRuns(records), fire, nonce, false);

const ONE = queued("a1", "n");
const TWO = queued("a2", "o");

test("the first of its job starts, the others wait for it", () => {
  assert.equal(turn("a1", "n", ONE, TWO), { kind: "start" });
  assert.equal(turn("a2", "o", ONE, TWO), { kind: "wait" });
  assert.equal(turn("a2", "o", ONE, TWO, r.ended("a1", "n")), { kind: "start" });
  assert.equal(turn("a2", "o", ONE, r.claimed("a2", "o", { overlap: "allow" })), { kind: "start" });
});

test("an heir waits for a word of the one before, and then has to say that it starts", () => {
  const heir = r.again("a1", "p");
  assert.equal(turnOf(foldRuns([ONE, heir]), "a1", "p", true), { kind: "wait" });
  assert.equal(turn("a1", "p", ONE, heir), { kind: "inherit" });
  assert.equal(turn("a1", "p", ONE, heir, r.started("a1", "p")), { kind: "start" });
  assert.equal(turn("a1", "n", ONE, heir, r.started("a1", "p")), { kind: "void" });
});

test("an heir of one that waits waits too", () => {
  const before = [ONE, TWO, r.again("a2", "p")];
  assert.equal(turn("a2", "p", ...before), { kind: "wait" });
  assert.equal(turn("a2", "p", ...before, r.ended("a1", "n")), { kind: "inherit" });
});

test("a claim is void when its run has ended, is lost, or is somebody else's", () => {
  const others = [r.ended("a1", "n"), r.lost("a1", "n"), r.skipped("a1", { nonce: "n" })];
  for (const word of others) assert.equal(turn("a1", "n", ONE, word), { kind: "void" });
  assert.equal(turn("a1", "x", ONE), { kind: "void" });
  assert.equal(turn("a9", "x", ONE), { kind: "void" });
  assert.equal(turn("a1", "n", ONE, r.parked("a1", "n"), r.again("a1", "p")), { kind: "void" });
});

test("an heir is void when the one before speaks up", () => {
  for (const word of [r.kept("a1", "n"), r.parked("a1", "n"), r.ended("a1", "n")]) {
    assert.equal(turn("a1", "p", ONE, r.again("a1", "p"), word), { kind: "void" }, word.event);
  }
});

test("what is cancelled or replaced does not start, whosever turn it is", () => {
  const cancelled = { kind: "skip", why: "cancelled", by: "me@home" };
  assert.equal(turn("a1", "n", ONE, r.cancel("a1")), cancelled);
  assert.equal(turn("a2", "o", ONE, TWO, r.cancel("a2")), cancelled);
  assert.equal(turn("a1", "p", ONE, r.again("a1", "p"), r.cancel("a1")), cancelled);
  const newer = r.claimed("a3", "q", { overlap: "replace" });
  const replaced = { kind: "skip", why: "replaced", by: "a3" };
  assert.equal(turn("a1", "n", ONE, TWO, newer), replaced);
  assert.equal(turn("a2", "o", ONE, TWO, newer), replaced);
  assert.equal(turn("a3", "q", ONE, TWO, newer), { kind: "wait" });
});

test.run();
