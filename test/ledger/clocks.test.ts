import { suite } from "uvu";
import * as assert from "uvu/assert";
import { emptyState } from "../../src/ledger/fold.ts";
import * as r from "./records.ts";
import { fold } from "./records.ts";

const test = suite("what the ledger says of clocks and runs");

const start = r.added(0, "a", "b");

test("each leader has a higher epoch, whatever its marker says", () => {
  const { epoch, leader } = fold([r.leading(1, 3), r.leading(2, 2, "b:2")]);
  assert.is(epoch, 4);
  assert.equal(leader, { clock: "b:2", epoch: 4, since: 2, config: "c1", seen: 2 });
});

test("a fire of a leader whose marker is missing makes the next epoch higher all the same", () => {
  assert.is(fold([r.fire("a", 10, { epoch: 7 }), r.leading(20, 1)]).epoch, 8);
  assert.is(fold([r.fire("a", 10, { epoch: Number.MAX_SAFE_INTEGER })]).epoch, 0);
});

test("an epoch far above all others is a mistake: the next leader does not follow on it", () => {
  const state = fold([
    r.leading(1, 1),
    r.fire("a", 10, { epoch: 2 ** 40 }),
    r.leading(20, 2 ** 39),
  ]);
  assert.is(state.epoch, 2);
  fold([r.progress(30, 2 ** 39)], state);
  assert.is(state.epoch, 2);
});

test("a leader is seen with every sign of life, and gone when it resigns", () => {
  const state = fold([r.leading(1), r.progress(5, 1, { at: 7 })]);
  assert.is(state.leader?.seen, 7);
  fold([r.progress(9, 1, { event: "resigned" })], state);
  assert.is(state.leader, undefined);
  assert.is(state.settled, 9);
  assert.is(state.epoch, 1);
});

test("a leader whose marker is missing is known by its sign of life", () => {
  const { leader, epoch } = fold([r.progress(5, 3, { at: 7 })]);
  assert.equal(leader, { clock: "a:1", epoch: 3, since: 7, config: "", seen: 7 });
  assert.is(epoch, 3);
});

test("a clock that stands by does not lead, and one that leads does not stand by", () => {
  const state = fold([r.standby("standing-by", "a:1", 3), r.leading(5)]);
  assert.is(state.standbys.size, 0);
  fold([r.standby("standing-by", "a:1", 9)], state);
  assert.is(state.leader, undefined);
  assert.equal([...state.standbys], [["a:1", 9]]);
  assert.is(fold([r.standby("left", "a:1")], state).standbys.size, 0);
});

test("clocks that ended without a word are not kept for ever", () => {
  const records = Array.from({ length: 500 }, (_, n) => r.standby("standing-by", `c:${n}`));
  const { standbys } = fold(records);
  assert.is(standbys.size, 100);
  assert.ok(standbys.has("c:499"));
});

test("the newest instant is that of clocks and of slots in time, not of workers", () => {
  const newest = (...records: Parameters<typeof fold>[0][number][]) => fold(records).newest;
  assert.is(newest(r.standby("standing-by", "a:1", 9)), 9);
  assert.is(newest(r.fire("a", 9)), 9);
  assert.is(newest(r.late("a", 9), r.finished("a", 9), r.paused("a", 9)), 0);
});

test("the newest end of a run is the one that came last", () => {
  const early = r.finished("a", 1, { ok: false, exitCode: 3 });
  const { lastRun } = fold([start, r.finished("a", 9), early]).jobs.get("a")!;
  assert.is(lastRun?.exitCode, 3);
  assert.is(fold([r.finished("a", 9)]).jobs.size, 0);
});

test("a mark and a fault change nothing but the position", () => {
  const state = fold([r.fault, { kind: "mark", at: 1, nonce: "n" }]);
  const faults = { "unknown-kind": 0, "newer-version": 0, broken: 1 };
  assert.equal(state, { ...emptyState(), position: 1, faults });
});

test.run();
