import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fireId } from "../../src/ledger/fire.ts";
import * as r from "./records.ts";
import { fold } from "./records.ts";

const test = suite("what the ledger says of slots");

const start = r.added(0, "a", "b");

test("the newest slot that was fired in its time is the last one", () => {
  const { jobs } = fold([start, r.fire("a", 10), r.fire("a", 30), r.fire("a", 20)]);
  assert.is(jobs.get("a")!.last, 30);
  assert.is(jobs.get("b")!.last, 0);
});

test("the newest fire is the one that came last, whatever its slot", () => {
  const { jobs } = fold([start, r.fire("a", 30), r.leading(40), r.late("a", 35)]);
  const { lastFire } = jobs.get("a")!;
  assert.equal(lastFire, { slot: 35, at: 35, catchUp: true, maybeDuplicate: false });
});

test("a fire that somebody asked for does not count as a slot", () => {
  const { jobs, newest } = fold([start, r.fire("a", 30, { triggered: true })]);
  assert.is(jobs.get("a")!.last, 0);
  assert.is(newest, 0);
});

test("a new leader owes what was not settled before its marker", () => {
  const { jobs, owing } = fold([start, r.fire("a", 10), r.leading(50)]);
  assert.equal(jobs.get("a")!.owed, [{ after: 10, until: 50 }]);
  assert.equal(jobs.get("b")!.owed, [{ after: 0, until: 50 }]);
  assert.equal([...owing], ["a", "b"]);
});

test("nothing is owed of a time that was settled", () => {
  const records = [start, r.leading(1), r.fire("a", 10), r.progress(40)];
  const { jobs } = fold([...records, r.leading(50, 2)]);
  assert.equal(jobs.get("a")!.owed, [{ after: 40, until: 50 }]);
});

test("late fires and missed slots use up what is owed, and move no last slot", () => {
  const state = fold([start, r.leading(50), r.missed("a", 10, 20)]);
  assert.equal(state.jobs.get("a")!.owed, [{ after: 20, until: 50 }]);
  fold([r.late("a", 30)], state);
  assert.equal(state.jobs.get("a")!.owed, [{ after: 30, until: 50 }]);
  assert.is(state.jobs.get("a")!.last, 0);
  assert.equal(state.jobs.get("b")!.owed, [{ after: 0, until: 50 }]);
});

test("slots in time do not use up what is owed", () => {
  const { jobs } = fold([start, r.leading(50), r.fire("a", 60), r.late("a", 20), r.fire("a", 70)]);
  assert.equal(jobs.get("a")!.owed, [{ after: 20, until: 50 }]);
  assert.is(jobs.get("a")!.last, 70);
});

test("a slot in time that cannot be delivered leaves what is owed", () => {
  const { jobs } = fold([start, r.leading(50), r.missed("a", 60, 60)]);
  assert.equal(jobs.get("a")!.owed, [{ after: 0, until: 50 }]);
  assert.is(jobs.get("a")!.last, 60);
});

test("late fires and missed slots after the marker count as the last", () => {
  const { jobs } = fold([start, r.leading(50), r.missed("a", 40, 55), r.late("a", 57)]);
  assert.is(jobs.get("a")!.last, 57);
});

test("a second leader in the middle of catching up goes on where the first stopped", () => {
  const records = [start, r.leading(50), r.late("a", 20), r.fire("a", 60), r.leading(80, 2)];
  assert.equal(fold(records).jobs.get("a")!.owed, [
    { after: 20, until: 50 },
    { after: 60, until: 80 },
  ]);
});

test("a second leader does not catch up what the first has just finished", () => {
  const records = [start, r.leading(50), r.late("a", 20), r.late("a", 50), r.leading(80, 2)];
  assert.equal(fold(records).jobs.get("a")!.owed, [{ after: 50, until: 80 }]);
});

test("a leader that has caught up owes nothing, though an old fire is still open", () => {
  const open = [fireId("b", 5)];
  const records = [start, r.fire("b", 5), r.leading(50, 2), r.late("a", 20), r.late("b", 20)];
  const state = fold([...records, r.progress(4, 2, { open })]);
  assert.equal([...state.owing], []);
  // Not from 4 on: all up to the first marker was caught up.
  assert.equal(fold([r.leading(80, 3)], state).jobs.get("a")!.owed, [{ after: 50, until: 80 }]);
});

test("a leader that has not caught up still owes", () => {
  const { jobs } = fold([start, r.leading(50), r.progress(60, 1, { caughtUp: false })]);
  assert.equal(jobs.get("a")!.owed, [{ after: 0, until: 50 }]);
});

test("what an earlier leader says clears nothing of its successor's", () => {
  const records = [start, r.leading(50), r.fire("a", 55), r.leading(60, 2), r.fire("a", 65)];
  for (const event of ["progress", "resigned"] as const) {
    const state = fold([...records, r.progress(70, 1, { event })]);
    assert.is(state.jobs.get("a")!.owed.length, 2);
    assert.equal([...state.open.keys()], [fireId("a", 55), fireId("a", 65)]);
    assert.is(state.settled, -Infinity);
    assert.is(state.leader?.epoch, 2);
  }
});

test("fires are open until the leader says that they are confirmed", () => {
  const fires = [r.fire("a", 10), r.fire("a", 20), r.fire("b", 20)];
  const state = fold([start, r.leading(1), ...fires]);
  assert.equal([...state.open.values()], [fires[0]!.fire, fires[1]!.fire, fires[2]!.fire]);
  fold([r.progress(20, 1, { open: [fireId("a", 20)] })], state);
  assert.equal([...state.open.keys()], [fireId("a", 20)]);
  fold([r.progress(20)], state);
  assert.is(state.open.size, 0);
});

test("a flagged copy of a known fire is open again, and nothing else", () => {
  const state = fold([start, r.leading(50), r.late("a", 20), r.fire("a", 60)]);
  const before = structuredClone(state.jobs);
  fold([r.copy("a", 20, { catchUp: true, epoch: 2 }), r.copy("a", 60, { epoch: 2 })], state);
  assert.equal(state.jobs, before);
  assert.is(state.open.get(fireId("a", 60))!.epoch, 2);
  assert.is(state.epoch, 1);
});

test("a flagged copy of a confirmed fire is no newer fire", () => {
  const state = fold([start, r.leading(1), r.fire("a", 20), r.progress(20), r.copy("a", 20)]);
  assert.is(state.jobs.get("a")!.lastFire?.maybeDuplicate, false);
  assert.is(state.open.size, 1);
});

test("a flagged fire that was never seen counts as any other", () => {
  const state = fold([start, r.leading(50), r.copy("a", 20, { catchUp: true }), r.copy("b", 60)]);
  assert.equal(state.jobs.get("a")!.owed, [{ after: 20, until: 50 }]);
  assert.is(state.jobs.get("b")!.last, 60);
});

test("a fire that the broker has refused is owed, though newer ones went through", () => {
  const records = [start, r.leading(1), r.progress(1), r.fire("a", 20)];
  const state = fold([...records, r.progress(9, 1, { open: [fireId("a", 10)] })]);
  assert.equal(state.jobs.get("a")!.owed, [{ after: 9, until: 10 }]);
  const next = fold([r.leading(30, 2)], structuredClone(state)).jobs.get("a")!;
  assert.equal(next.owed, [
    { after: 9, until: 10 },
    { after: 20, until: 30 },
  ]);
  fold([r.copy("a", 10)], state);
  assert.equal([...state.owing], []);
});

test("a late fire that the broker has refused stays owed when newer ones went through", () => {
  const open = [fireId("a", 10)];
  const refused = r.progress(60, 1, { caughtUp: false, open });
  const { jobs } = fold([start, r.leading(50), refused, r.late("a", 20)]);
  assert.equal(jobs.get("a")!.owed, [
    { after: 0, until: 9 },
    { after: 9, until: 10 },
    { after: 20, until: 50 },
  ]);
});

test("a leader that was replaced and goes on takes one slot from what is owed", () => {
  const records = [start, r.leading(10), r.leading(50, 2), r.fire("a", 20)];
  assert.equal(fold(records).jobs.get("a")!.owed, [
    { after: 0, until: 19 },
    { after: 20, until: 50 },
  ]);
});

test("a leader whose clock is behind does not owe what it is going to fire in its time", () => {
  const ahead = [start, r.leading(50), r.late("a", 10)];
  const { jobs } = fold([...ahead, r.leading(30, 2)]);
  assert.equal(jobs.get("a")!.owed, [{ after: 10, until: 30 }]);
});

test("a leader whose clock is behind does not fire again what was fired ahead of it", () => {
  const ahead = [start, r.leading(50), r.late("a", 40)];
  const { jobs } = fold([...ahead, r.leading(30, 2)]);
  assert.is(jobs.get("a")!.last, 40);
  assert.equal(jobs.get("a")!.owed, []);
});

test("a job of which nobody has heard begins with its first fire", () => {
  assert.is(fold([r.fire("a", 10)]).jobs.get("a")!.last, 10);
});

test("what is said late of a job that was renamed does not bring the old name back", () => {
  const { jobs } = fold([start, r.renamed("a", "new"), r.missed("a", 10, 20)]);
  assert.equal([...jobs.keys()].sort(), ["b", "new"]);
});

test("a fire that is recorded as missed is in doubt no more", () => {
  const records = [start, r.leading(1), r.fire("a", 10), r.fire("b", 10)];
  const { open } = fold([...records, r.missed("a", 10, 10), r.leading(20, 2)]);
  assert.equal([...open.keys()], [fireId("b", 10)]);
});

test("missed slots are counted, and the newest reason is kept", () => {
  const more = { ...r.missed("a", 30, 40, "paused"), count: 5 };
  const { missed, lastMissed } = fold([start, r.missed("a", 10, 20), more]).jobs.get("a")!;
  assert.is(missed, 6);
  assert.equal(lastMissed, { last: 40, reason: "paused" });
});

test.run();
