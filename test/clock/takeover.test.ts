import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Plan } from "../../src/clock/plan.ts";
import { jobRecords, takeOver } from "../../src/clock/takeover.ts";
import { applyEntry, emptyState } from "../../src/ledger/fold.ts";
import type { LedgerRecord } from "../../src/ledger/record.ts";
import { configOf } from "../support/config.ts";

const test = suite("a new leader");
const T = Date.parse("2026-12-01T08:00:00Z");

const file = (jobs: Record<string, string>) =>
  configOf(
    `version: 1\njobs:\n${Object.entries(jobs)
      .map(([name, fields]) => `  ${name}: {${fields}, run: "true"}`)
      .join("\n")}\n`,
    T,
  );

/** What the ledger says; instants are seconds after T. */
function ledger(...records: LedgerRecord[]) {
  const state = emptyState();
  for (const [position, record] of records.entries()) applyEntry(state, position, record);
  return state;
}

const added = (...jobs: string[]): LedgerRecord => ({
  ...{ kind: "job", at: T, event: "added", after: T, jobs },
});
const leading = (at: number, epoch: number): LedgerRecord => ({
  ...{ kind: "clock", at: T + at * 1000, clock: `host:${epoch}`, event: "leading" },
  ...{ epoch, nonce: `n${epoch}`, config: "0123456789ab" },
});
const progress = (at: number, epoch: number, caughtUp = true): LedgerRecord => ({
  ...{ kind: "clock", at: T + at * 1000, clock: `host:${epoch}`, event: "progress" },
  ...{ epoch, settled: T + at * 1000, caughtUp, open: [] },
});
const fired = (job: string, slot: number, catchUp = false): LedgerRecord => ({
  kind: "fire",
  at: T + slot * 1000,
  fire: {
    ...{ job, slot: T + slot * 1000, attempt: 1, config: "0123456789ab", epoch: 1 },
    ...{ catchUp, maybeDuplicate: false, triggered: false },
    target: { kind: "run", queue: "default" },
  },
});
const paused = (job: string): LedgerRecord => ({
  ...{ kind: "job", at: T, event: "paused", job, by: "ops@host" },
});

function work(plan: Plan): string[] {
  return plan
    .takeLate(Infinity)
    .map((item) =>
      "fire" in item
        ? `${item.job}+${(item.fire - T) / 1000}`
        : `${item.job} missed ${item.missed.count}`,
    );
}
const events = (records: { event: string }[]) => records.map(({ event }) => event);

test("fires nothing for jobs that the ledger has never seen, and writes them down", () => {
  const { plan, records } = takeOver(emptyState(), file({ a: "every: 1s" }), T + 500);
  assert.is(plan.late, 0);
  assert.is(plan.first()?.slot, T + 1000);
  assert.equal(events(records), ["added"]);
});

test("catches up from the last fire in the ledger, whoever fired it", () => {
  const state = ledger(leading(0, 1), added("a"), fired("a", 10), leading(45, 2));
  const { plan, records } = takeOver(state, file({ a: "every: 10s" }), T + 45_000);
  assert.equal(work(plan), ["a missed 2", "a+40"]);
  assert.is(plan.first()?.slot, T + 50_000);
  assert.equal(records, []);
});

test("looks back no further than what the last leader had settled", () => {
  const state = ledger(leading(0, 1), added("a"), fired("a", 10), progress(40, 1), leading(55, 2));
  const config = file({ a: "every: 3s" });
  // The schedule was changed meanwhile: slots of the new one before 40 are nobody's.
  assert.equal(work(takeOver(state, config, T + 55_000).plan), ["a missed 4", "a+54"]);
});

test("a daily job whose hour was missed in the downtime is fired, though it had never fired before", () => {
  const state = ledger(leading(0, 1), added("a"), progress(60, 1), leading(7200, 2));
  const { plan } = takeOver(state, file({ a: 'cron: "0 9 * * *"' }), T + 7_200_000);
  assert.equal(work(plan), ["a+3600"]);
});

test("goes on with late work that its predecessor had not done, beside what is new", () => {
  const state = ledger(
    ...[leading(0, 1), added("a"), progress(0, 1), leading(60, 2)],
    ...[fired("a", 10, true), fired("a", 20, true), fired("a", 70), progress(75, 2, false)],
    leading(100, 3),
  );
  const { plan } = takeOver(state, file({ a: "every: 10s, catch_up: {run: all}" }), T + 100_000);
  const late = ["a+30", "a+40", "a+50", "a+60", "a+80", "a+90", "a+100"];
  assert.equal(work(plan), late);
});

test("does not fire an older slot as the latest one when a newer was fired", () => {
  const state = ledger(
    ...[leading(0, 1), added("a"), progress(0, 1), leading(60, 2)],
    ...[fired("a", 70), progress(75, 2, false), leading(76, 3)],
  );
  const { plan } = takeOver(state, file({ a: "every: 10s" }), T + 76_000);
  assert.equal(work(plan), ["a missed 6"]);
});

test("holds the jobs that people have paused, also after a rename", () => {
  const state = ledger(leading(0, 1), added("a"), paused("a"), progress(0, 1));
  const config = file({ b: "every: 10s, renamed_from: a" });
  const { plan, records } = takeOver(state, config, T + 45_000);
  assert.is(plan.first(), undefined);
  assert.equal(work(plan), ["b missed 4"]);
  assert.equal(events(records), ["renamed"]);
});

test("a renamed job goes on where the old name was", () => {
  const state = ledger(leading(0, 1), added("a"), fired("a", 10), progress(15, 1));
  const config = file({ b: "every: 10s, catch_up: {run: all}, renamed_from: a" });
  const { plan, records } = takeOver(state, config, T + 40_000);
  assert.equal(work(plan), ["b+20", "b+30", "b+40"]);
  assert.equal(events(records), ["renamed"]);
});

test("renamed_from that stays in the file for ever changes nothing later", () => {
  const state = ledger(leading(0, 1), added("a", "b"), fired("b", 10), progress(15, 1));
  const config = file({ b: "every: 10s, renamed_from: a" });
  const { records } = takeOver(state, config, T + 15_000);
  // `a` may still be known from an older file: it is forgotten, and does not touch `b`.
  assert.equal(events(records), ["removed"]);
});

test("a clock that is an hour behind the ledger fires nothing twice", () => {
  const state = ledger(leading(3590, 1), added("a"), fired("a", 3600), progress(3605, 1));
  const { plan } = takeOver(state, file({ a: "every: 10s" }), T);
  assert.is(plan.late, 0);
  assert.is(plan.first()?.slot, T + 3_610_000);
});

test("with a clock that is behind, an edit begins and changes nothing that is settled already", () => {
  const state = ledger(leading(0, 1), added("a"), fired("a", 40), progress(44, 1));
  const { plan } = takeOver(state, file({ a: "every: 10s" }), T + 30_000);
  plan.reload(file({ a: "every: 5s", new: "every: 1s" }), T + 31_000);
  assert.is(plan.begin(T + 31_000), T + 44_000);
  // 40 was fired under the old schedule, and everything up to 44 is settled for all jobs.
  const first = plan.takeDue(T + 60_000).map(({ job, slot }) => [job.name, (slot - T) / 1000]);
  const second = plan.takeDue(T + 60_000).map(({ job, slot }) => [job.name, (slot - T) / 1000]);
  assert.equal(
    [...first, ...second],
    [
      ["a", 45],
      ["new", 45],
    ],
  );
});

test("a slot that was fired ahead of what is settled is not fired again by an edit", () => {
  const state = ledger(leading(0, 1), added("a"), progress(30, 1), fired("a", 40));
  const { plan } = takeOver(state, file({ a: "every: 10s" }), T + 32_000);
  plan.reload(file({ a: "every: 8s" }), T + 33_000);
  assert.is(plan.first()?.slot, T + 48_000);
  plan.hold("a");
  plan.release("a", T + 34_000);
  assert.is(plan.first()?.slot, T + 48_000);
});

test("jobs that left the file are forgotten, new ones begin now", () => {
  const config = file({ stays: "every: 1h", new: "every: 1h" });
  const records = jobRecords(["gone", "stays"], config, T, T + 1);
  assert.equal(
    records.map((record) => [record.event, "jobs" in record && record.jobs]),
    [
      ["removed", ["gone"]],
      ["added", ["new"]],
    ],
  );
});

test.run();
