import { suite } from "uvu";
import * as assert from "uvu/assert";
import { applyRefire } from "../../src/ledger/fold-runs.ts";
import { judge } from "../../src/ledger/judge.ts";
import { attemptOf, emptyRuns, isTurn, replacedBy } from "../../src/ledger/run-state.ts";
import * as r from "./run-records.ts";
import { foldRuns } from "./run-records.ts";

const test = suite("what the ledger says of runs");

const ONE = r.claimed("a1", "n");
const queued = (fire: string, nonce: string) => r.claimed(fire, nonce, { overlap: "queue" });
const replacing = (fire: string, nonce: string) => r.claimed(fire, nonce, { overlap: "replace" });
const retry = (fire: string, nonce: string, message = 1) =>
  r.ended(fire, nonce, { ok: false, end: "retry", retryIn: 9, message });

test("those of a job that wait have their turn in the order of their claims", () => {
  const state = foldRuns([
    queued("a3", "n"),
    queued("a1", "o"),
    queued("b1", "x"),
    queued("a2", "p"),
  ]);
  assert.equal(
    [...state.lines],
    [
      ["a", ["a3", "a1", "a2"]],
      ["b", ["b1"]],
    ],
  );
  const turns = () => [...state.runs.values()].filter((run) => isTurn(state, run));
  assert.equal(
    turns().map(({ fire }) => fire),
    ["a3", "b1"],
  );
  foldRuns([r.ended("a3", "n")], state);
  assert.equal(
    turns().map(({ fire }) => fire),
    ["a1", "b1"],
  );
  foldRuns([r.skipped("a2", { nonce: "p" }), r.ended("a1", "o"), r.ended("b1", "x")], state);
  assert.equal([state.runs.size, state.lines.size], [0, 0]);
});

test("an attempt that is to come can be fired again from what its last one has left, once", () => {
  const { message, queue, config, catchUp, triggered, history, before } = r.kept("a1", "n");
  const left = { message, queue, config, catchUp, triggered, history, before };
  const state = foldRuns([ONE, { ...retry("a1", "n"), kept: left }]);
  assert.equal(state.runs.get("a1")?.kept, left);
  assert.ok(applyRefire(state, "a1"));
  assert.not(applyRefire(state, "a1"));
  foldRuns([r.claimed("a1", "o", { message: 2 })], state);
  assert.is(state.runs.get("a1")?.kept, undefined);
});

test("who is given up keeps the place in line, also for the one who goes on", () => {
  const state = foldRuns([queued("a1", "n"), queued("a2", "o"), r.parked("a1", "n")]);
  assert.equal(state.lines.get("a"), ["a1", "a2"]);
  foldRuns([r.again("a1", "p", { overlap: "queue" })], state);
  assert.equal(state.lines.get("a"), ["a1", "a2"]);
  assert.ok(isTurn(state, state.runs.get("a1")!));
});

test("who is given back, has failed or is lost joins the line anew", () => {
  const back = r.ended("a1", "n", { end: "given-back" });
  for (const end of [back, retry("a1", "n"), r.lost("a1", "n")]) {
    const state = foldRuns([queued("a1", "n"), queued("a2", "o"), end]);
    assert.equal(state.lines.get("a"), ["a2"]);
    foldRuns([r.again("a1", "p", { message: 2, overlap: "queue" })], state);
    assert.equal(state.lines.get("a"), ["a2", "a1"]);
  }
});

test("the newest that wants to takes the place of everything before it in line", () => {
  const state = foldRuns([ONE, queued("a2", "o"), replacing("a3", "p"), queued("a4", "q")]);
  const by = (fire: string) => replacedBy(state, state.runs.get(fire)!);
  assert.equal(["a1", "a2", "a3", "a4"].map(by), ["a3", "a3", undefined, undefined]);
  foldRuns([replacing("a5", "s")], state);
  assert.equal(["a1", "a3", "a4", "a5"].map(by), ["a5", "a5", "a5", undefined]);
});

test("attempts are counted over deaths, returns and retries", () => {
  const state = foldRuns([ONE]);
  const attempt = () => attemptOf(state.runs.get("a1")!);
  const steps: [number, Parameters<typeof foldRuns>[0]][] = [
    [2, [r.again("a1", "o"), r.started("a1", "o")]],
    [3, [r.ended("a1", "o", { end: "given-back" })]],
    [3, [r.again("a1", "p")]],
    [4, [r.lost("a1", "p"), r.again("a1", "q")]],
    [5, [retry("a1", "q"), r.claimed("a1", "s", { message: 2 })]],
  ];
  assert.is(attempt(), 1);
  for (const [expected, records] of steps) {
    foldRuns(records, state);
    assert.is(attempt(), expected);
  }
});

test("an end that is written twice counts once", () => {
  const back = r.ended("a1", "n", { end: "given-back" });
  assert.equal(foldRuns([ONE, back, back]), foldRuns([ONE, back]));
  assert.equal(
    foldRuns([ONE, retry("a1", "n"), retry("a1", "n")]),
    foldRuns([ONE, retry("a1", "n")]),
  );
  const end = r.ended("a1", "n");
  assert.equal(foldRuns([ONE, end, end]), foldRuns([ONE, end]));
});

test("when an heir has started, what the old claim says is void", () => {
  const before = [ONE, r.again("a1", "o"), r.started("a1", "o")];
  for (const late of [
    r.ended("a1", "n"),
    r.kept("a1", "n"),
    r.parked("a1", "n"),
    r.lost("a1", "n"),
  ]) {
    assert.equal(foldRuns([...before, late]), foldRuns(before), late.event);
  }
});

test("when an heir has ended, no other end of the same attempt counts", () => {
  const before = [ONE, r.again("a1", "o"), r.started("a1", "o"), r.ended("a1", "o")];
  const late = [
    r.ended("a1", "n", { ok: false, end: "dead" }),
    retry("a1", "n"),
    r.skipped("a1", { nonce: "n" }),
    r.skipped("a1"),
  ];
  for (const record of late) {
    assert.equal(foldRuns([...before, record]), foldRuns(before), JSON.stringify(record));
  }
});

test("what an heir has acknowledged while it waited is fired again when it is lost", () => {
  const waiting = [ONE, r.again("a1", "o"), r.kept("a1", "o")];
  for (const going of [waiting, [...waiting, r.started("a1", "o")]]) {
    const nonce = going === waiting ? "n" : "o";
    const state = foldRuns([...going, r.lost("a1", nonce)]);
    assert.ok(state.runs.get("a1")?.kept, nonce);
  }
});

test("an heir that is too late does not start", () => {
  const words = [r.kept("a1", "n"), r.parked("a1", "n"), r.ended("a1", "n"), r.lost("a1", "n")];
  for (const word of words) {
    const before = [ONE, r.again("a1", "o"), word];
    assert.equal(foldRuns([...before, r.started("a1", "o")]), foldRuns(before), word.event);
  }
});

test("of two heirs the later one counts, and only its own giving up ends that", () => {
  const state = foldRuns([ONE, r.again("a1", "o"), r.again("a1", "p")]);
  foldRuns([r.started("a1", "o"), r.parked("a1", "o")], state);
  assert.is(state.runs.get("a1")?.heir?.nonce, "p");
  foldRuns([r.parked("a1", "p")], state);
  assert.is(state.runs.get("a1")?.heir, undefined);
  assert.is(state.runs.get("a1")?.phase, "standing");
});

test("nobody but the claim that stands can say anything of the run", () => {
  const before = [ONE];
  const words = [r.started, r.kept, r.parked, r.lost, r.ended];
  for (const word of words) {
    const said = word("a1", "other");
    assert.equal(foldRuns([...before, said]), foldRuns(before), said.event);
  }
  for (const said of [r.skipped("a1"), r.skipped("a1", { nonce: "other" }), r.buried("a1")]) {
    assert.equal(foldRuns([...before, said]), foldRuns(before), said.event);
  }
});

test("what the ledger stands for it goes on to stand for until somebody has the next message", () => {
  const back = r.ended("a1", "n", { end: "given-back" });
  for (const end of [back, retry("a1", "n"), r.lost("a1", "n"), r.parked("a1", "n")]) {
    const state = foldRuns([ONE, r.kept("a1", "n", { payload: 7 }), end]);
    assert.is(state.runs.get("a1")?.kept?.payload, 7, end.event);
    foldRuns([r.claimed("a1", "o", { message: 2 })], state);
    assert.is(state.runs.get("a1")?.kept, undefined);
  }
});

test("what is fired again is a message's from there on, unless somebody has it", () => {
  const state = foldRuns([ONE, r.kept("a1", "n")]);
  assert.not(applyRefire(state, "a1"));
  foldRuns([r.lost("a1", "n")], state);
  assert.ok(applyRefire(state, "a1"));
  assert.not(applyRefire(state, "a1"));
  assert.is(state.runs.get("a1")?.phase, "lost");
  assert.equal(judge(state, r.claimed("a1", "o", { copy: "2?" })), { kind: "run" });
});

test("what a worker says of a copy of an earlier attempt does not end the later one", () => {
  const second = [ONE, retry("a1", "n"), r.claimed("a1", "o", { message: 2 }), retry("a1", "o", 2)];
  const third = [...second, r.claimed("a1", "p", { message: 3 })];
  const end = [...third, r.ended("a1", "p", { message: 3, end: "dead" })];
  for (const before of [second, third, end]) {
    for (const late of [r.skipped("a1"), r.buried("a1"), r.ended("a1", "n")]) {
      assert.equal(foldRuns([...before, late]), foldRuns(before), late.event);
    }
  }
  assert.equal(foldRuns(end).ended.get("a1"), { message: 3, dead: true });
});

test("what waited and belongs to the dead letters is not in the way any more", () => {
  const state = foldRuns([ONE, queued("a2", "o"), r.buried("a1", { nonce: "n" })]);
  assert.equal(state.lines.get("a"), ["a2"]);
  assert.equal(state.ended.get("a1"), { message: 1, dead: true });
});

test("signs of life and dropped copies change nothing", () => {
  assert.equal(foldRuns([ONE, r.alive("n", "o"), r.dropped("a1")]), foldRuns([ONE]));
});

test("a cancellation is forgotten with the run that it was for", () => {
  const state = foldRuns([ONE, r.cancel("a1"), r.cancel("a2")]);
  foldRuns([r.ended("a1", "n", { end: "cancelled" })], state);
  assert.equal([...state.cancelled.keys()], ["a2"]);
});

test("what is known is bounded, and what is going is never forgotten", () => {
  const state = emptyRuns();
  foldRuns([queued("b1", "going")], state);
  for (let n = 0; n < 210_000; n++) {
    const [fire, nonce] = [`a${n}`, `n${n}`];
    foldRuns([r.claimed(fire, nonce), r.ended(fire, nonce, { end: "given-back" })], state);
    foldRuns([r.cancel(`c${n}`), r.skipped(`d${n}`)], state);
  }
  const { runs, lines, ended, cancelled } = state;
  assert.ok(runs.size > 180_000 && runs.size <= 200_000, `${runs.size} runs`);
  assert.ok(ended.size > 45_000 && ended.size <= 50_000, `${ended.size} ended`);
  assert.ok(cancelled.size > 9_000 && cancelled.size <= 10_000, `${cancelled.size} cancelled`);
  assert.equal([...lines], [["b", ["b1"]]]);
  assert.ok(runs.has("b1") && ended.has("d209999") && !ended.has("d0"));
});

test.run();
