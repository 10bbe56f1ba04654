import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fireId } from "../../src/ledger/fire.ts";
import * as r from "./records.ts";
import { fold } from "./records.ts";

const test = suite("what the ledger says of jobs beside their slots");

const start = r.added(0, "a");

test("a new job begins after the instant it was added", () => {
  assert.equal(fold([r.added(7, "a")]).jobs.get("a"), { last: 7, owed: [], missed: 0 });
});

test("a job that is added again keeps what is known of it", () => {
  assert.is(fold([start, r.fire("a", 10), r.added(50, "a")]).jobs.get("a")!.last, 10);
});

test("a removed job is forgotten, with what was asked of it; what was fired stays open", () => {
  const records = [start, r.fire("a", 10), r.triggered("a", 12), r.leading(20), r.removed("a")];
  const state = fold(records);
  assert.is(state.jobs.size + state.triggers.size + state.owing.size, 0);
  assert.equal([...state.open.keys()], [fireId("a", 10)]);
  // Its leader sends the open fire once more: that makes it no job again.
  assert.is(fold([r.copy("a", 10)], state).jobs.size, 0);
});

test("removing one job leaves what was asked of others", () => {
  const state = fold([start, r.triggered("b", 12), r.removed("a", "c")]);
  assert.equal([...state.triggers.keys()], [fireId("b", 12)]);
});

test("a renamed job keeps its last slot, its pause and what it is owed", () => {
  const records = [start, r.fire("a", 10), r.paused("a", 11), r.leading(20), r.renamed("a", "b")];
  const { jobs, owing } = fold(records);
  const { last, owed, paused } = jobs.get("b")!;
  assert.equal([last, owed, paused], [10, [{ after: 10, until: 20 }], { at: 11, by: "me@home" }]);
  assert.equal([[...jobs.keys()], [...owing]], [["b"], ["b"]]);
});

test("a job that nobody knows cannot be renamed", () => {
  assert.equal([...fold([start, r.renamed("x", "a")]).jobs.keys()], ["a"]);
  assert.is(fold([r.renamed("x", "y")]).jobs.size, 0);
});

test("a job renamed to a known one is forgotten, and the other keeps its own", () => {
  const records = [start, r.added(5, "b"), r.fire("b", 10), r.leading(20), r.renamed("a", "b")];
  const { jobs, owing } = fold(records);
  assert.equal([[...jobs.keys()], [...owing]], [["b"], ["b"]]);
  assert.is(jobs.get("b")!.last, 10);
  assert.equal([...fold([start, r.renamed("a", "a")]).jobs.keys()], ["a"]);
});

test("a job is paused until it is resumed; pausing it again changes nothing", () => {
  const state = fold([start, r.fire("a", 3), r.paused("a", 5), r.paused("a", 9, "you@work")]);
  assert.equal(state.jobs.get("a")!.paused, { at: 5, by: "me@home" });
  fold([r.resumed("a"), r.resumed("a")], state);
  assert.is("paused" in state.jobs.get("a")!, false);
  assert.is(state.jobs.get("a")!.last, 3);
});

test("what was due during a pause is not owed, though no clock led at its end", () => {
  const during = [r.leading(1), r.progress(4, 1), r.paused("a", 10), r.resumed("a", 30)];
  const { jobs } = fold([start, ...during, r.leading(40, 2)]);
  assert.equal(jobs.get("a")!.owed, [
    { after: 4, until: 10 },
    { after: 30, until: 40 },
  ]);
  // A pause while something is owed takes only its own part of it.
  const owing = [r.leading(20), r.paused("a", 10), r.resumed("a", 15)];
  assert.equal(fold([start, ...owing]).jobs.get("a")!.owed, [
    { after: 0, until: 10 },
    { after: 15, until: 20 },
  ]);
});

test("pausing or resuming a job that nobody knows makes no job", () => {
  assert.is(fold([r.paused("x"), r.resumed("x")]).jobs.size, 0);
});

test("what was asked for waits until it is fired", () => {
  const state = fold([start, r.triggered("a", 12, { payload: { n: 1 } }), r.triggered("a", 13)]);
  assert.equal(state.triggers.get(fireId("a", 12)), {
    ...{ job: "a", slot: 12, by: "me@home" },
    payload: { n: 1 },
  });
  fold([r.fire("a", 12, { triggered: true })], state);
  assert.equal([...state.triggers.keys()], [fireId("a", 13)]);
});

test("what was asked for and refused by the broker is still asked for, and no slot that is owed", () => {
  const state = fold([start, r.leading(1), r.progress(1), r.triggered("a", 12)]);
  fold([r.progress(20, 1, { open: [fireId("a", 12)] })], state);
  assert.equal(state.jobs.get("a")!.owed, []);
  assert.is(state.triggers.size, 1);
});

test("what was asked for twice is fired once", () => {
  const once = r.triggered("a", 12, { by: "first" });
  const state = fold([start, once, r.triggered("a", 12, { by: "second" })]);
  assert.is(state.triggers.get(fireId("a", 12))!.by, "first");
  fold([r.fire("a", 12, { triggered: true }), once], state);
  assert.is(state.triggers.size, 0);
});

test("a request that is refused is done with, and says nothing of the schedule's slots", () => {
  const records = [start, r.leading(20), r.triggered("a", 12), r.missed("a", 12, 12, "too late")];
  const { triggers, jobs } = fold(records);
  const { last, owed, lastMissed } = jobs.get("a")!;
  assert.is(triggers.size, 0);
  assert.equal([last, owed], [0, [{ after: 0, until: 20 }]]);
  assert.equal(lastMissed, { last: 12, reason: "too late" });
});

test("a fire out of turn that nobody could take says nothing of the schedule's slots", () => {
  const out = r.fire("a", 12, { triggered: true });
  const { jobs } = fold([start, r.triggered("a", 12), out, r.missed("a", 12, 12)]);
  assert.is(jobs.get("a")!.last, 0);
});

test("missed slots of the schedule do not end a request", () => {
  for (const slots of [r.missed("a", 10, 12), r.missed("a", 12, 20)]) {
    const { triggers, jobs } = fold([start, r.triggered("a", 12), slots]);
    assert.is(triggers.size, 1);
    assert.is(jobs.get("a")!.last, slots.last);
  }
});

test("refusing a request for a job that nobody knows makes no job", () => {
  const { triggers, jobs } = fold([r.triggered("x", 12), r.missed("x", 12, 12)]);
  assert.is(triggers.size + jobs.size, 0);
});

test.run();
