import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Trouble } from "./evidence.ts";
import { judgeWorkers } from "./judge.ts";
import { type Story, tellStory } from "./story.ts";

const test = suite("the judge of workers in trouble");

test("finds nothing wrong with a fire that was run once", () => {
  const story = tellStory();
  const fire = runOnce(story);
  assert.equal(problemsOf(story), []);
  const { figures } = judgeWorkers(story.evidence);
  assert.equal([figures.fires, figures.starts, figures.outcomes], [1, 1, { done: 1 }]);
  assert.match(fire, /^job@/);
});

test("finds nothing wrong with a retry, an heir, a skip and a dead letter", () => {
  const story = tellStory();
  retried(story, 2);
  died(story);
  const skipped = story.fire();
  story.skipped(skipped, 10, "overlap");
  const dead = story.fire();
  story.buried(dead, 10);
  const letters = [{ fire: dead, attempt: 1, reason: "no such job" }];
  const verdict = judgeWorkers({ ...story.evidence, letters, troubles: [inTrouble(10)] });
  assert.equal(verdict.problems, []);
  assert.equal([verdict.figures.retries, verdict.figures.takenOver], [1, 1]);
  assert.equal(verdict.figures.outcomes, { done: 2, "skipped overlap": 1, buried: 1 });
});

test("finds a fire that nobody has claimed, and one that was claimed and has no end", () => {
  const story = tellStory();
  const alone = story.fire();
  const open = story.fire();
  story.claimed(open, 10, "n");
  assert.equal(problemsOf(story), [
    `${alone} has no outcome (the last record: nobody has claimed it)`,
    `${open} has no outcome (the last record: claimed)`,
  ]);
});

test("finds a fire with two outcomes", () => {
  const story = tellStory();
  const fire = runOnce(story);
  story.skipped(fire, 11, "overlap"); // as good as not there
  story.claimed(fire, 10, "again", { message: 2 });
  story.finished(fire, 10, "again", { message: 2, attempt: 2, ok: false });
  assert.equal(problemsOf(story), [`${fire} has 2 outcomes: done, failed`]);
  assert.is(judgeWorkers(story.evidence).figures.voids, 1);
});

test("does not count an outcome twice that was recorded twice, nor the end of a claim that an heir has", () => {
  const story = tellStory();
  const fire = runOnce(story);
  story.finished(fire, 10, `n-${fire}`);
  died(story, (late) => story.finished(late, 10, `n-${late}`, { ok: false }));
  const { problems, figures } = judgeWorkers({ ...story.evidence, troubles: [inTrouble(10)] });
  assert.equal(problems, []);
  assert.equal([figures.repeated, figures.voids], [1, 1]);
});

test("finds an attempt that was started twice, and one that was started without a claim", () => {
  const story = tellStory();
  const fire = story.fire();
  story.claimed(fire, 10, "n");
  story.line("start", fire, 1, 10);
  story.line("start", fire, 1, 11);
  story.finished(fire, 10, "n");
  assert.equal(problemsOf(story), [
    `${fire}#1 started without a claim of its worker`,
    `${fire}#1 was started twice`,
  ]);
});

test("knows a command whose worker was killed before it could ask for it, and only then", () => {
  const story = tellStory();
  const fire = story.fire();
  story.claimed(fire, 10, "n");
  const killed = inTrouble(10, story.now);
  story.line("start", fire, 1, 1);
  story.claimed(fire, 11, "m", { redelivered: true });
  story.said(fire, 11, "started", "m");
  story.line("start", fire, 2, 11);
  story.finished(fire, 11, "m");
  const judged = (troubles: Trouble[]) => judgeWorkers({ ...story.evidence, troubles });
  assert.equal(judged([killed]).problems, []);
  assert.equal(judged([inTrouble(12)]).problems, [
    `${fire}#1 started without a claim of its worker`,
    `${fire}#1 was started again as #2 without a reason`,
  ]);
});

test("finds an attempt whose number is lower than that of the one before", () => {
  const story = tellStory();
  const fire = story.fire();
  story.claimed(fire, 10, "n");
  story.line("start", fire, 2, 10);
  story.line("start", fire, 1, 10);
  story.finished(fire, 10, "n");
  assert.equal(problemsOf(story), [`${fire}#2 was followed by #1`]);
});

test("finds an heir of a worker that was well", () => {
  const story = tellStory();
  const fire = died(story);
  assert.equal(problemsOf(story), [`${fire}#1 was started again as #2 without a reason`]);
});

test("finds an heir of a worker that was in trouble only before, or only after", () => {
  const story = tellStory();
  const before = inTrouble(10, 0, story.now - 5000);
  const fire = died(story);
  const after = inTrouble(10, story.now);
  const { problems } = judgeWorkers({
    ...story.evidence,
    troubles: [before, after, inTrouble(12)],
  });
  assert.equal(problems, [`${fire}#1 was started again as #2 without a reason`]);
});

test("finds a second start after an attempt that was not to be followed by another", () => {
  const story = tellStory();
  const fire = retried(story, 3);
  assert.equal(problemsOf(story), [`${fire}#1 was started again as #3 without a reason`]);
});

test("knows an attempt that was claimed by a worker that was killed before its command said a word", () => {
  const story = tellStory();
  const fire = story.fire();
  story.claimed(fire, 10, "n");
  story.line("start", fire, 1, 10);
  story.finished(fire, 10, "n", { ok: false, end: "retry", retryIn: 300 });
  story.claimed(fire, 12, "k", { message: 2 });
  story.claimed(fire, 11, "m", { message: 2, redelivered: true });
  story.said(fire, 11, "started", "m");
  story.line("start", fire, 3, 11);
  story.finished(fire, 11, "m", { message: 2, attempt: 3 });
  const judged = (troubles: Trouble[]) => judgeWorkers({ ...story.evidence, troubles }).problems;
  assert.equal(judged([inTrouble(12)]), []);
  assert.equal(judged([]), [`${fire}#1 was started again as #3 without a reason`]);
});

test("finds a start after the end", () => {
  const story = tellStory();
  const fire = runOnce(story);
  story.fire();
  story.evidence.records.pop();
  story.line("start", fire, 2, 10);
  assert.ok(problemsOf(story).includes(`${fire}#2 started after it was done`));
});

test("finds a run that is done, and was never started", () => {
  const story = tellStory();
  const fire = story.fire();
  story.claimed(fire, 10, "n");
  story.finished(fire, 10, "n");
  assert.equal(problemsOf(story), [`${fire} is done, and was never started`]);
});

test("finds a start of a fire that is not in the ledger", () => {
  const story = tellStory();
  story.line("start", "job@2026-12-01T00:00:00Z", 1, 10);
  assert.equal(problemsOf(story), [
    "job@2026-12-01T00:00:00Z was started, and is not in the ledger",
  ]);
});

test("finds breaches, what is left in queues, and what outlived its worker", () => {
  const story = tellStory();
  const fire = runOnce(story);
  story.line("breach", fire, 1, 10);
  const evidence = { ...story.evidence, left: ["left in work: job@x#1"], alive: ["7 sleep 5"] };
  const { problems, figures } = judgeWorkers(evidence);
  assert.match(problems.join("\n"), /^breach: job@.*#1 \(pid \d+\) beside/);
  assert.equal(problems.slice(1), ["left in work: job@x#1", "outlived its worker: 7 sleep 5"]);
  assert.is(figures.breaches, 1);
});

test("finds a dead fire without a letter, and a letter of a fire that is not dead", () => {
  const story = tellStory();
  const dead = story.fire();
  story.claimed(dead, 10, "n");
  story.line("start", dead, 1, 10);
  story.finished(dead, 10, "n", { ok: false, end: "dead" });
  const alive = runOnce(story);
  const letters = [{ fire: alive, attempt: 1, reason: "out of attempts" }];
  assert.equal(judgeWorkers({ ...story.evidence, letters }).problems, [
    `${dead} is dead, and not among the dead letters`,
    `${alive} is among the dead letters, and not dead`,
  ]);
});

function problemsOf({ evidence }: Story): string[] {
  return judgeWorkers(evidence).problems;
}

function runOnce(story: Story): string {
  const fire = story.fire();
  story.claimed(fire, 10, `n-${fire}`);
  story.line("start", fire, 1, 10);
  story.finished(fire, 10, `n-${fire}`);
  return fire;
}

/** Its first attempt has failed, and attempt `next` is done. */
function retried(story: Story, next: number): string {
  const fire = story.fire();
  const nonce = `n-${fire}`;
  story.claimed(fire, 10, nonce);
  story.line("start", fire, 1, 10);
  story.finished(fire, 10, nonce, { ok: false, end: "retry", retryIn: 300 });
  story.claimed(fire, 11, `m-${fire}`, { message: 2 });
  story.line("start", fire, next, 11);
  story.finished(fire, 11, `m-${fire}`, { message: 2, attempt: next });
  return fire;
}

/** Worker 10 has started it, and worker 11 has taken it over. `between`: after the heir's start. */
function died(story: Story, between = (_fire: string) => {}): string {
  const fire = story.fire();
  story.claimed(fire, 10, `n-${fire}`);
  story.line("start", fire, 1, 10);
  story.claimed(fire, 11, `h-${fire}`, { redelivered: true });
  story.said(fire, 11, "started", `h-${fire}`);
  story.line("start", fire, 2, 11);
  between(fire);
  story.finished(fire, 11, `h-${fire}`, { attempt: 2 });
  return fire;
}

function inTrouble(worker: number, from = 0, to = Infinity): Trouble {
  return { worker, kind: "worker-kill", from, to };
}

test.run();
