import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gapsOf } from "../../src/ledger/owed.ts";
import * as r from "./records.ts";
import { fold } from "./records.ts";

const test = suite("what is to be caught up at a takeover");

const start = r.added(0, "a");

test("a job that nobody knows has nothing to catch up, and says so", () => {
  assert.is(gapsOf(fold([start]), "x", 50), undefined);
});

test("everything after the last slot, up to now", () => {
  assert.equal(gapsOf(fold([start, r.fire("a", 10)]), "a", 50), [{ after: 10, until: 50 }]);
});

test("nothing that was settled without a slot", () => {
  const state = fold([start, r.leading(1), r.fire("a", 10), r.progress(40)]);
  assert.equal(gapsOf(state, "a", 50), [{ after: 40, until: 50 }]);
});

test("nothing at all when the ledger is ahead of now", () => {
  assert.equal(gapsOf(fold([start, r.fire("a", 60)]), "a", 50), []);
});

test("what is owed and what came after it are one, where they touch", () => {
  assert.equal(gapsOf(fold([start, r.leading(30)]), "a", 50), [{ after: 0, until: 50 }]);
});

test("slots in time between them keep them apart", () => {
  const state = fold([start, r.leading(30), r.late("a", 20), r.fire("a", 40)]);
  assert.equal(gapsOf(state, "a", 50), [
    { after: 20, until: 30 },
    { after: 40, until: 50 },
  ]);
});

test("what was caught up to the end leaves nothing but the time after it", () => {
  const state = fold([start, r.leading(30), r.late("a", 30)]);
  assert.equal(gapsOf(state, "a", 50), [{ after: 30, until: 50 }]);
  assert.equal(gapsOf(state, "a", 30), []);
});

test("asking changes nothing", () => {
  const state = fold([start, r.leading(30)]);
  const before = structuredClone(state);
  gapsOf(state, "a", 50)![0]!.until = 99;
  assert.equal(state, before);
});

test.run();
