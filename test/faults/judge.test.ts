import { suite } from "uvu";
import * as assert from "uvu/assert";
import { at, fire, good, id, JOBS, LAW, ledgerOf, without } from "./doctored.ts";
import type { Evidence, SeenFire } from "./evidence.ts";
import type { JobUnderTest } from "./jobs.ts";
import { judge, type Verdict } from "./judge.ts";

const test = suite("the judge of a round of faults");

test("finds nothing wrong when every slot was fired once", () => {
  const { figures, problems } = verdict(({ queued }) => queued);
  assert.equal(problems, []);
  assert.is(figures.expected, 13);
  assert.is(figures.fired, 13);
});

test("complains of a lost slot, in the middle and at the end", () => {
  for (const second of [5, 10]) {
    const { figures, problems } = verdict(({ queued }) => without(queued, "a", second), "ledger");
    assert.is(figures.lost, 1);
    assert.equal(problems, [`lost: ${id("a", second)}`]);
  }
});

test("counts a slot that is only in the ledger as lost", () => {
  const { problems } = verdict(({ queued }) => without(queued, "a", 5));
  assert.equal(problems, [`lost: ${id("a", 5)} (in the ledger only)`]);
});

test("misses the slots before the first record of a job that was added earlier", () => {
  const late = ({ queued }: Evidence) => without(without(queued, "a", 1), "a", 2);
  const added = new Map([["a", at(0)]]);
  assert.is(verdict(late, "ledger").figures.lost, 0);
  assert.is(verdict(late, "ledger", { added }).figures.lost, 2);
});

test("takes a slot that is recorded as missed for accounted for", () => {
  const missed = [{ job: "a", count: 2, first: at(4), last: at(5), reason: "too old" }];
  const { figures, problems } = verdict(
    ({ queued }) => without(without(queued, "a", 4), "a", 5),
    "ledger",
    { missed },
  );
  assert.equal(problems, []);
  assert.equal(figures.missedBy, { "too old": 2 });
});

test("complains of a slot that was fired and is recorded as missed", () => {
  const missed = [{ job: "a", count: 1, first: at(4), last: at(4), reason: "too old" }];
  const { problems } = verdict(({ queued }) => queued, "ledger", { missed });
  assert.equal(problems, [`fired, and recorded as missed: ${id("a", 4)}`]);
  const forgiven = verdict(({ queued }) => queued, "ledger", { missed }, true);
  assert.equal(forgiven.problems, []);
  assert.is(forgiven.figures.contradictory, 1);
});

test("complains of a record of missed slots that counts wrong, or comes twice", () => {
  const record = { job: "a", count: 3, first: at(4), last: at(5), reason: "too old" };
  const none = ({ queued }: Evidence) => without(without(queued, "a", 4), "a", 5);
  const { problems } = verdict(none, "ledger", { missed: [record] });
  assert.match(problems.join(), /wrong count: a .* has 3 missed/);
  const right = { ...record, count: 2 };
  const twice = verdict(none, "ledger", { missed: [right, right] });
  assert.is(twice.figures.missedTwice, 2);
  assert.match(twice.problems.join(), /more than once/);
});

test("complains of a second message without the flag, whatever happened to the broker", () => {
  for (const brokerDied of [false, true]) {
    const { figures, problems } = verdict(
      ({ queued }) => [...queued, fire("a", 5)],
      "ledger",
      {},
      brokerDied,
    );
    assert.is(figures.doubled, 1);
    assert.equal(problems, [`fired twice without a flag: ${id("a", 5)}`]);
  }
  const flagFirst = verdict(({ queued }) => [fire("a", 5, true), ...queued], "ledger");
  assert.is(flagFirst.figures.doubled, 1);
});

test("counts a flagged copy, and complains when there is no first one", () => {
  const copy = verdict(({ queued }) => [...queued, fire("a", 5, true)], "ledger");
  assert.equal(copy.problems, []);
  assert.is(copy.figures.flagged, 1);

  const instead = ({ queued }: Evidence) => [...without(queued, "a", 5), fire("a", 5, true)];
  const onlyInLedger = verdict(instead);
  assert.equal(onlyInLedger.problems, []);
  assert.is(onlyInLedger.figures.flagged, 1);

  const orphan = verdict(instead, "ledger");
  assert.equal(orphan.problems, [`flagged, and there is no first one: ${id("a", 5)}`]);
  assert.is(orphan.figures.orphans, 1);
  assert.equal(verdict(instead, "ledger", {}, true).problems, []);
});

test("complains of a fire that is in a queue and not in the ledger", () => {
  const fires = without(good(), "a", 5);
  assert.match(verdict(({ queued }) => queued, {}, { fires }).problems.join(), /not in the ledger/);
});

test("complains of what was not to be fired", () => {
  const strange = [fire("a", 5.5), fire("c", 5), fire("a", 99)];
  const { figures } = verdict(({ queued }) => [...queued, ...strange], "ledger");
  assert.is(figures.unscheduled, 3);
  const added = new Map([["a", at(3)]]);
  assert.is(verdict(({ queued }) => queued, "ledger", { added }).figures.unscheduled, 3);
});

test("complains of silence: of one job, and of all", () => {
  const one = verdict(({ queued }) => queued.filter(({ job }) => job === "a"), "ledger");
  assert.equal(one.problems, ["silence: b was never fired"]);
  const all = verdict(() => [], "ledger");
  assert.match(all.problems.join(), /nothing was fired at all/);
});

test("asks for nothing after the last record of a removed job, but for all before", () => {
  const removed: JobUnderTest[] = [{ ...JOBS[0]!, removed: true }];
  const queued = good().filter(({ job, slot }) => job === "a" && slot <= at(6));
  const left = without(queued, "a", 3);
  const evidence = { queued: left, ledger: ledgerOf(left), end: at(10), stopped: at(11) };
  const { problems } = judge(evidence, removed, LAW);
  assert.equal(problems, [`lost: ${id("a", 3)}`]);
});

test("asks only for the slots that a changed job has before and after", () => {
  const changed: JobUnderTest[] = [{ ...JOBS[0]!, every: 2000, atTimes: 1000 }];
  const queued = good().filter(
    ({ job, slot }) => job === "a" && (slot < at(5) || slot % 2000 === 0),
  );
  const evidence = { queued, ledger: ledgerOf(queued), end: at(10), stopped: at(11) };
  assert.equal(judge(evidence, changed, LAW).problems, []);
});

/**
 * The verdict on a good round whose queue was doctored. `ledger`: the ledger's fires too; otherwise
 * it has all that the good round had.
 */
function verdict(
  doctor: (evidence: Evidence) => readonly SeenFire[],
  what: "ledger" | object = {},
  ledger: Partial<Evidence["ledger"]> = {},
  brokerDied = false,
): Verdict {
  const whole = { queued: good(), ledger: ledgerOf(good()), end: at(10), stopped: at(11) };
  const queued = doctor(whole);
  const fires = what === "ledger" ? queued : whole.ledger.fires;
  const evidence = { ...whole, queued, ledger: { ...ledgerOf(fires), ...ledger } };
  return judge(evidence, JOBS, { ...LAW, brokerDied });
}

test.run();
