import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isAbout, itemOf } from "../../src/commands/history-items.ts";
import { createCollector } from "../../src/commands/history-read.ts";
import { wordsOf } from "../../src/commands/history-words.ts";
import type { FireRecord, LedgerRecord } from "../../src/ledger/record.ts";
import { NOW } from "./state.ts";

const test = suite("what clockd history says");

const AT = "2026-12-01T09:00:00.000Z";

const FIRE: FireRecord = {
  kind: "fire",
  at: NOW + 1300,
  fire: {
    ...{ job: "a", slot: NOW, attempt: 1, config: "c0ffee", epoch: 4 },
    ...{ catchUp: true, maybeDuplicate: true, triggered: false },
    target: { kind: "run", queue: "q", payload: { password: "s3cr3t" } },
  },
};

const RECORDS: [LedgerRecord, Record<string, unknown>, string, string][] = [
  [
    FIRE,
    {
      ...{
        at: "2026-12-01T09:00:01.300Z",
        event: "fired",
        job: "a",
        fire: "a@2026-12-01T09:00:00Z",
      },
      ...{ slot: AT, attempt: 1, late: 1300, catchUp: true, maybeDuplicate: true },
      ...{ triggered: false, epoch: 4, config: "c0ffee", queue: "q", exchange: null },
    },
    "a",
    "2026-12-01T09:00:00Z, caught up, maybe a duplicate, 1.3 s late",
  ],
  [
    {
      ...{ kind: "missed", at: NOW, epoch: 4, job: "a", count: 3, reason: "no clock led" },
      ...{ first: NOW - 10_800_000, last: NOW - 3_600_000 },
    },
    {
      ...{ at: AT, event: "missed", job: "a", count: 3, first: "2026-12-01T06:00:00.000Z" },
      ...{ last: "2026-12-01T08:00:00.000Z", reason: "no clock led" },
    },
    "a",
    "3, 2026-12-01T06:00:00Z to 2026-12-01T08:00:00Z: no clock led",
  ],
  [
    {
      ...{ kind: "run", at: NOW, event: "finished", job: "a", fire: "a@2026-12-01T08:00:00Z" },
      ...{ attempt: 2, ok: false, outcome: "exited", exitCode: 3, signal: null },
      ...{ startedAt: NOW - 61_000, endedAt: NOW, worker: "w:9" },
      ...{ nonce: "n", message: 2, end: "retry", retryIn: 5000 },
    },
    {
      ...{ at: AT, event: "ran", job: "a", fire: "a@2026-12-01T08:00:00Z", attempt: 2, ok: false },
      ...{ outcome: "exited", exitCode: 3, signal: null, startedAt: "2026-12-01T08:58:59.000Z" },
      ...{ endedAt: AT, duration: 61_000, worker: "w:9" },
      ...{ end: "retry", retryIn: 5000, reason: null },
      ...{ pid: null, cpuTime: null, maxMemory: null, tail: null, tailCut: false },
    },
    "a",
    "failed (exit code 3) after 1 minute 1 second: 2026-12-01T08:00:00Z, attempt 2, on w:9, again in 5 s",
  ],
  [
    {
      ...{ kind: "run", at: NOW, event: "finished", job: "a", fire: "a@2026-12-01T08:00:00Z" },
      ...{ attempt: 1, ok: false, outcome: "killed", exitCode: null, signal: "SIGXCPU" },
      ...{ startedAt: NOW - 900, endedAt: NOW, worker: "w:9", reason: "too long", pid: 41 },
      ...{ cpuTime: 1230, maxMemory: 51_500_000, tail: "the end\n", tailCut: true },
      ...{ nonce: "n", message: 1, end: "done" },
    },
    {
      ...{ at: AT, event: "ran", job: "a", fire: "a@2026-12-01T08:00:00Z", attempt: 1, ok: false },
      ...{ outcome: "killed", exitCode: null, signal: "SIGXCPU" },
      ...{ startedAt: "2026-12-01T08:59:59.100Z", endedAt: AT, duration: 900, worker: "w:9" },
      ...{
        end: "done",
        retryIn: null,
        reason: "too long",
        pid: 41,
        cpuTime: 1230,
        maxMemory: 51_500_000,
      },
      ...{ tail: "the end\n", tailCut: true },
    },
    "a",
    "failed (SIGXCPU) after 900 ms: 2026-12-01T08:00:00Z, on w:9, 1.2 s of CPU, 52 MB, too long",
  ],
  [
    { kind: "job", at: NOW, event: "paused", job: "a", by: "me@here" },
    { at: AT, event: "paused", job: "a", by: "me@here" },
    "a",
    "by me@here",
  ],
  [
    {
      kind: "job",
      at: NOW,
      event: "triggered",
      job: "a",
      slot: NOW + 7,
      by: "me",
      payload: "s3cr3t",
    },
    { at: AT, event: "triggered", job: "a", fire: "a@2026-12-01T09:00:00.007Z", by: "me" },
    "a",
    "by me: 2026-12-01T09:00:00.007Z",
  ],
  [
    { kind: "job", at: NOW, event: "added", jobs: ["a", "b"], after: NOW },
    { at: AT, event: "added", jobs: ["a", "b"] },
    "",
    "2 jobs: a, b",
  ],
  [
    { kind: "job", at: NOW, event: "renamed", job: "a", from: "z" },
    { at: AT, event: "renamed", job: "a", from: "z" },
    "a",
    "from z",
  ],
  [
    {
      kind: "clock",
      at: NOW,
      clock: "h:1",
      event: "leading",
      epoch: 4,
      nonce: "n",
      config: "c0ffee",
    },
    { at: AT, event: "leading", clock: "h:1", epoch: 4, config: "c0ffee" },
    "",
    "h:1, epoch 4",
  ],
  [
    {
      ...{ kind: "notice", at: NOW, event: "failed", notice: "failure", job: "a" },
      ...{ fire: "a@2026-12-01T08:00:00Z", attempt: 4, by: "webhook", to: "hooks.example.com" },
      ...{ tries: 3, worker: "w:9", reason: "hooks.example.com answered 500" },
    },
    {
      ...{ at: AT, event: "notice-failed", job: "a", notice: "failure" },
      ...{ fire: "a@2026-12-01T08:00:00Z", attempt: 4, by: "webhook", to: "hooks.example.com" },
      ...{ tries: 3, worker: "w:9", reason: "hooks.example.com answered 500" },
    },
    "a",
    "failure: 2026-12-01T08:00:00Z, attempt 4, webhook hooks.example.com, tried 3 times, hooks.example.com answered 500",
  ],
  [
    {
      ...{ kind: "notice", at: NOW, event: "sent", notice: "missed", job: "a" },
      ...{ by: "command", to: "./page.sh", tries: 1, worker: "w:9" },
    },
    {
      ...{ at: AT, event: "notice-sent", job: "a", notice: "missed", fire: null, attempt: null },
      ...{ by: "command", to: "./page.sh", tries: 1, worker: "w:9", reason: null },
    },
    "a",
    "missed: command ./page.sh",
  ],
];

test("every kind of record has its fields and its words", () => {
  for (const [record, item, job, words] of RECORDS) {
    assert.is(JSON.stringify(itemOf(record)), JSON.stringify(item));
    assert.equal(wordsOf(record), { job, words });
  }
});

test("a payload is never shown", () => {
  for (const [record] of RECORDS) {
    assert.not.match(JSON.stringify(itemOf(record)) + wordsOf(record).words, "s3cr3t");
  }
});

test("signs of life, marks and claims of notices are left out", () => {
  const slots = { job: "a", first: NOW, last: NOW, worker: "w:9", nonce: "n" };
  const claim = { kind: "notice", at: NOW, event: "claimed", notice: "missed", ...slots } as const;
  assert.is(itemOf(claim), undefined);
  const sign = { kind: "clock" as const, at: NOW, clock: "h:1" };
  const progress = { ...sign, epoch: 4, settled: NOW, caughtUp: true, open: [] };
  assert.is(itemOf({ ...progress, event: "progress" }), undefined);
  assert.is(itemOf({ ...sign, event: "standing-by" }), undefined);
  assert.is(itemOf({ kind: "mark", at: NOW, nonce: "n" }), undefined);
  assert.is(itemOf({ ...progress, event: "resigned" })?.event, "resigned");
});

test("a renaming is about both names, an addition about every one", () => {
  const named = (record: LedgerRecord) =>
    ["a", "b", "z", "y"].filter((job) => isAbout(record, job));
  assert.equal(
    RECORDS.map(([record]) => named(record).join("")),
    [...["a", "a", "a", "a", "a", "a", "ab", "az", "", "a", "a"]],
  );
});

test("the newest ones within the limit are kept, and the others counted", () => {
  const collector = createCollector({
    job: "a",
    since: NOW,
    until: NOW + 9,
    limit: 3,
    tails: true,
  });
  const paused = (job: string, at: number) =>
    collector.take({ kind: "job", at, event: "paused", job, by: "me" });
  paused("a", NOW - 1);
  for (let n = 0; n < 10; n++) paused("a", NOW + n);
  paused("a", NOW + 10);
  paused("b", NOW);
  const { records, left, jobs } = collector.found();
  assert.equal(
    records.map(({ at }) => at - NOW),
    [7, 8, 9],
  );
  assert.is(left, 7);
  assert.equal([...jobs], ["a", "b"]);
});

test("what runs have put out is kept only when it is wanted", () => {
  const [record] = RECORDS.find(([{ kind, ...rest }]) => kind === "run" && "tail" in rest)!;
  const kept = (tails: boolean) => {
    const wanted = { job: undefined, since: NOW, until: NOW, limit: 3, tails };
    const collector = createCollector(wanted);
    collector.take(record);
    return JSON.stringify(collector.found().records);
  };
  assert.match(kept(true), "the end");
  assert.not.match(kept(false), /the end|tail/);
  assert.match(kept(false), "maxMemory");
});

test.run();
