import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeRecord, encodeRecord } from "../../src/ledger/codec.ts";
import { applyEntry, emptyState } from "../../src/ledger/fold.ts";
import { gapsOf } from "../../src/ledger/owed.ts";
import { isFault } from "../../src/ledger/record.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/ledger/snapshot.ts";
import type { LedgerState } from "../../src/ledger/state.ts";
import { always } from "../schedule/property.ts";
import { anyFault, anyLedger, plainRecord } from "./arbitrary.ts";
import { alwaysLater } from "./property.ts";
import { fold } from "./records.ts";

const test = suite("whatever is in a ledger");

test("a record that was written is read as it was", () => {
  always(3000, plainRecord, (record) => {
    assert.equal(decodeRecord(encodeRecord(record)), JSON.parse(JSON.stringify(record)));
  });
});

test("a snapshot and the records after it say the same as all records, wherever it was made", async () => {
  const cuts = fc.tuple(anyLedger, fc.nat());
  await alwaysLater(1500, cuts, async ([ledger, at]) => {
    const cut = at % (ledger.length + 1);
    const before = fold(ledger.slice(0, cut));
    const snapshot = encodeSnapshot(before);
    // What comes after the call is not in it.
    fold(ledger.slice(cut), before);
    const read = await decodeSnapshot(await snapshot);
    if ("fault" in read) throw new Error(read.reason);
    assert.equal(fold(ledger.slice(cut), read), fold(ledger));
  });
});

test("what nobody understands changes nothing but its count", () => {
  always(2000, fc.tuple(anyLedger, fc.nat(), anyFault), ([ledger, at, odd]) => {
    const cut = at % (ledger.length + 1);
    const without = fold(ledger);
    const state = fold([...ledger.slice(0, cut), odd, ...ledger.slice(cut)]);
    without.faults[odd.fault]++;
    assert.equal({ ...state, position: 0 }, { ...without, position: 0 });
  });
});

test("the last slot of a job, the epoch and what is settled never go back", () => {
  always(3000, anyLedger, (ledger) => {
    const state = emptyState();
    for (const content of ledger) {
      const { epoch, settled, newest } = state;
      const last = new Map([...state.jobs].map(([name, job]) => [name, job.last]));
      fold([content], state);
      assert.ok(state.epoch >= epoch && state.settled >= settled && state.newest >= newest);
      const moves = !isFault(content) && content.kind === "job";
      for (const [name, job] of state.jobs) {
        // Another job may have got its name.
        if (!moves) assert.ok(job.last >= (last.get(name) ?? -Infinity), name);
      }
    }
  });
});

test("what is owed is always in order, and known to be owed", () => {
  always(3000, anyLedger, (ledger) => {
    const state = emptyState();
    for (const content of ledger) {
      fold([content], state);
      checkGaps(state);
    }
  });
});

test("a ledger without its beginning is read all the same", () => {
  always(1000, fc.tuple(anyLedger, fc.integer({ min: 100 })), ([ledger, from]) => {
    const state = emptyState();
    for (const [at, content] of ledger.entries()) applyEntry(state, from + at, content);
    assert.is(state.lacksBeginning, ledger.length > 0);
    const whole = fold(ledger);
    assert.equal([...state.jobs], [...whole.jobs]);
  });
});

function checkGaps(state: LedgerState): void {
  for (const [name, { owed }] of state.jobs) {
    assert.is(state.owing.has(name), owed.length > 0, `${name} is owed`);
    for (const [at, { after, until }] of owed.entries()) {
      assert.ok(at === owed.length - 1 ? after <= until : after < until, "an empty gap");
      assert.ok(at === 0 || owed[at - 1]!.until <= after, "gaps in one another");
    }
    const gaps = gapsOf(state, name, 100)!;
    for (const [at, { after, until }] of gaps.entries()) {
      assert.ok(after < until);
      assert.ok(at === 0 || gaps[at - 1]!.until < after, "gaps that touch");
    }
  }
  for (const name of state.owing) assert.ok(state.jobs.has(name), `${name} is gone`);
}

test.run();
