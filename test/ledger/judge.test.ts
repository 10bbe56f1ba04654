import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Judgement, judge } from "../../src/ledger/judge.ts";
import type { ClaimedRecord, RunRecord } from "../../src/ledger/run-record.ts";
import * as r from "./run-records.ts";
import { foldRuns } from "./run-records.ts";

const test = suite("what a claim comes to");

/** What comes to a claim after these records. */
function judged(claim: ClaimedRecord, ...before: RunRecord[]): Judgement {
  return judge(foldRuns(before), claim);
}

const RUN = { kind: "run" };
const HEIR = { kind: "heir" };
const drop = (reason: string) => ({ kind: "drop", reason });

const ONE = r.claimed("a1", "n");
const FAILED = r.ended("a1", "n", { ok: false, end: "retry", retryIn: 9 });
const DEAD = r.ended("a1", "n", { ok: false, end: "dead" });

test("the first one has the run, delivered again or not", () => {
  assert.equal(judged(r.claimed("a1", "n")), RUN);
  assert.equal(judged(r.again("a1", "n")), RUN);
});

test("a copy of what somebody has is dropped: plain, flagged, of another leader, of another attempt", () => {
  const copies = [{}, { copy: "1?" }, { copy: "2" }, { message: 2 }, { copy: "1?", message: 2 }];
  for (const more of copies) {
    assert.equal(judged(r.claimed("a1", "o", more), ONE), drop("w:n has its run"));
  }
  // Delivered again, but not the message that the claim came with.
  for (const more of copies.slice(1)) {
    assert.equal(judged(r.again("a1", "o", more), ONE), drop("w:n has its run"));
  }
});

test("a message that was delivered again while its claim stands makes an heir, once more too", () => {
  assert.equal(judged(r.again("a1", "o"), ONE), HEIR);
  assert.equal(judged(r.again("a1", "p"), ONE, r.again("a1", "o")), HEIR);
  assert.equal(judged(r.again("a1", "p"), ONE, r.again("a1", "o"), r.started("a1", "o")), HEIR);
});

test("a message that comes again is not needed when the ledger stands for its run", () => {
  assert.equal(judged(r.again("a1", "o"), ONE, r.kept("a1", "n")), drop("w:n has its run"));
});

test("whatever comes after the end is dropped", () => {
  const end = r.ended("a1", "n");
  for (const claim of [r.again("a1", "o"), r.claimed("a1", "o", { copy: "1?" })]) {
    assert.equal(judged(claim, ONE, end), drop("its run has ended"));
    assert.equal(judged(claim, r.skipped("a1")), drop("its run has ended"));
  }
});

test("a new attempt of what ended is run: somebody took it from the dead letters", () => {
  assert.equal(judged(r.claimed("a1", "o", { message: 2 }), ONE, DEAD), RUN);
});

test("after a failure its message asks for the next attempt once more, and copies are dropped", () => {
  assert.equal(judged(r.again("a1", "o"), ONE, FAILED), { kind: "schedule", due: 10 });
  const reason = "attempt 1 has failed, another one is to come";
  assert.equal(judged(r.claimed("a1", "o"), ONE, FAILED), drop(reason));
  assert.equal(judged(r.again("a1", "o", { copy: "1?" }), ONE, FAILED), drop(reason));
});

test("the next attempt is run once, and what comes of the one before is dropped", () => {
  const second = r.claimed("a1", "o", { message: 2 });
  assert.equal(judged(second, ONE, FAILED), RUN);
  const third = r.claimed("a1", "p", { message: 2 });
  assert.equal(judged(third, ONE, FAILED, second), drop("w:o has its run"));
  assert.equal(judged(r.again("a1", "p"), ONE, FAILED, second), drop("attempt 2 has begun"));
});

test("out of attempts, its message is buried once more, and copies are dropped", () => {
  assert.equal(judged(r.again("a1", "o"), ONE, DEAD), { kind: "bury" });
  assert.equal(judged(r.claimed("a1", "o"), ONE, DEAD), drop("its run has ended"));
  assert.equal(judged(r.again("a1", "o", { message: 1 }), r.buried("a1")), { kind: "bury" });
});

test("what was given back, given up or lost is run by whoever asks first", () => {
  const back = r.ended("a1", "n", { ok: false, end: "given-back" });
  for (const free of [back, r.parked("a1", "n"), r.lost("a1", "n")]) {
    assert.equal(judged(r.again("a1", "o"), ONE, free), RUN);
    assert.equal(judged(r.claimed("a1", "o", { copy: "2?" }), ONE, free), RUN);
    const other = r.again("a1", "o");
    const late = r.claimed("a1", "p", { copy: "2?" });
    assert.equal(judged(late, ONE, free, other), drop("w:o has its run"));
  }
});

test("a slot that comes due while another run of its job goes on is skipped, if it asks for that", () => {
  const skip = { kind: "skip", why: "overlap", by: "a1", since: 1 };
  assert.equal(judged(r.claimed("a2", "o"), ONE), skip);
  assert.equal(judged(r.again("a2", "o"), ONE, r.parked("a1", "n")), skip);
  for (const overlap of ["allow", "queue", "replace"] as const) {
    assert.equal(judged(r.claimed("a2", "o", { overlap }), ONE), RUN);
  }
  assert.equal(judged(r.claimed("b1", "o"), ONE), RUN, "another job");
});

test("it is not skipped for a run that has ended, is lost, or waits for its next attempt", () => {
  for (const end of [
    r.ended("a1", "n"),
    FAILED,
    r.lost("a1", "n"),
    r.skipped("a1", { nonce: "n" }),
  ]) {
    assert.equal(judged(r.claimed("a2", "o"), ONE, end), RUN);
  }
});

test("what has begun once is not skipped any more: it waits for its turn", () => {
  const two = r.claimed("a2", "o");
  assert.equal(judged(r.claimed("a1", "p", { message: 2 }), ONE, FAILED, two), RUN);
  const back = r.ended("a1", "n", { end: "given-back" });
  assert.equal(judged(r.again("a1", "p"), ONE, back, two), RUN);
});

test("what was cancelled before anybody had it is skipped, in its name", () => {
  const skip = { kind: "skip", why: "cancelled", by: "me@home" };
  assert.equal(judged(ONE, r.cancel("a1")), skip);
  assert.equal(judged(r.claimed("a1", "o", { message: 2 }), ONE, FAILED, r.cancel("a1")), skip);
  assert.equal(judged(r.claimed("a2", "o", { overlap: "allow" }), ONE, r.cancel("a1")), RUN);
});

test("a cancellation after the end says nothing", () => {
  const taken = r.claimed("a1", "o", { message: 2 });
  assert.equal(judged(taken, ONE, DEAD, r.cancel("a1")), RUN);
});

test.run();
