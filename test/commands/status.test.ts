import { suite } from "uvu";
import * as assert from "uvu/assert";
import { statusJson, statusOf } from "../../src/commands/status-facts.ts";
import { leaderCheck, statusText } from "../../src/commands/status-text.ts";
import type { LedgerState } from "../../src/ledger/state.ts";
import { configOf } from "../support/config.ts";
import { jobState, NOW, stateOf, UTC } from "./state.ts";

const test = suite("what clockd status says");

const LEADER = { clock: "a:1", epoch: 4, since: NOW - 7_200_000, config: "", seen: NOW - 3000 };
const NO_FILE = { whyNone: "there is no schedules.yml here" };
const FIRE = { attempt: 1, config: "", epoch: 4, catchUp: false, maybeDuplicate: false };
const OPEN = { ...FIRE, triggered: false, target: { kind: "run" as const, queue: "default" } };

function fileOf(jobs: string) {
  return { path: "schedules.yml", config: configOf(`version: 1\njobs:\n${jobs}`, NOW) };
}

function show(parts: Partial<LedgerState>, file: ReturnType<typeof fileOf> | typeof NO_FILE) {
  const plan = { namespace: "shop", brokerUrl: undefined, file, place: "rabbitmq here:5672" };
  const status = statusOf(stateOf(parts), plan, NOW);
  const lines = statusText(status, UTC, false).split("\n");
  const line = (name: string) => lines.find((text) => text.startsWith(name)) ?? "";
  return { status, lines, line, json: statusJson(status) };
}

test("the leader is named with its time, its epoch and its last sign of life", () => {
  const { line, json } = show({ leader: LEADER }, NO_FILE);
  assert.is(
    line("leader"),
    "leader    a:1 since 2026-12-01 07:00:00 +00:00 (2 hours ago), epoch 4, last heard of 3 seconds ago",
  );
  assert.is(line("broker"), "broker    rabbitmq here:5672, namespace shop");
  assert.is(json.leader?.silent, false);
});

test("a leader that was not heard of for more than 30 s is said to be so", () => {
  const { line, json } = show({ leader: { ...LEADER, seen: NOW - 125_000 } }, NO_FILE);
  assert.match(line("leader"), /NOT HEARD OF for 2 minutes 5 seconds$/);
  assert.is(json.leader?.silent, true);
  const still = show({ leader: { ...LEADER, seen: NOW - 30_000 } }, NO_FILE);
  assert.not.match(still.line("leader"), "NOT HEARD");
});

test("a health check fails for a leader that is not heard of", () => {
  const check = (parts: Partial<LedgerState>) => leaderCheck(show(parts, NO_FILE).status);
  assert.equal(check({ leader: LEADER }), [true, "a:1 leads (epoch 4)"]);
  const [isFine, text] = check({ leader: { ...LEADER, seen: NOW - 125_000 } });
  assert.is(isFine, false);
  assert.match(text, /^a:1 leads and has not been heard of for 2 minutes 5 seconds: start a clock/);
  assert.is(check({})[0], false);
});

test("nobody leads after the leader has resigned, or before one ever led", () => {
  assert.is(show({}, NO_FILE).line("leader"), "leader    none (the last epoch was 4)");
  const never = show({ epoch: 0, position: -1 }, NO_FILE);
  assert.is(never.line("leader"), "leader    none: no clock has led here yet");
  assert.is(never.json.leader, null);
});

test("only standbys that were heard of lately are named", () => {
  const standbys = new Map([
    ["b:2", NOW - 12_000],
    ["gone:3", NOW - 91_000],
  ]);
  const { line, json } = show({ standbys }, NO_FILE);
  assert.is(line("standbys"), "standbys  b:2 (12 seconds ago)");
  assert.equal(json.standbys, [{ clock: "b:2", seen: "2026-12-01T08:59:48.000Z" }]);
  assert.is(show({}, NO_FILE).line("standbys"), "standbys  none");
});

test("a job is a line with its last slot, next slot, last run and missed slots", () => {
  const fire = { slot: NOW - 3_600_000, at: NOW - 3_599_000, catchUp: true, maybeDuplicate: false };
  const reports = jobState({
    lastFire: fire,
    missed: 3,
    lastMissed: { last: NOW - 7_200_000, reason: "older than its catch_up.within" },
    lastRun: {
      ...{ fire: "reports@2026-12-01T08:00:00Z", attempt: 1, ok: false, outcome: "exited" },
      ...{ exitCode: 3, signal: null, endedAt: NOW - 60_000 },
    },
  });
  const { lines, json } = show(
    { jobs: new Map([["reports", reports]]) },
    fileOf(`  reports: {every: 1h, run: date}\n`),
  );
  assert.equal(
    lines.slice(-3, -1).map((line) => line.split(/ {2,}/)),
    [
      ["JOB", "LAST SLOT", "NEXT SLOT", "LAST RUN", "MISSED"],
      [
        "reports",
        "2026-12-01 08:00:00 +00:00 (caught up)",
        "2026-12-01 10:00:00 +00:00",
        "failed (exit code 3), 1 minute ago",
        "3 (older than its catch_up.within)",
      ],
    ],
  );
  const [job] = json.jobs;
  assert.is(job?.lastFire?.fire, "reports@2026-12-01T08:00:00Z");
  assert.is(job?.lastRun?.exitCode, 3);
  assert.is(job?.nextSlot, "2026-12-01T10:00:00.000Z");
  assert.equal(job?.lastMissed?.reason, "older than its catch_up.within");
});

test("without a file there are no next slots, and it says why", () => {
  const { line, lines, json } = show({ jobs: new Map([["a", jobState()]]) }, NO_FILE);
  assert.is(line("file"), "file      no next slots: there is no schedules.yml here");
  assert.not.match(lines.join("\n"), "NEXT SLOT");
  assert.is(json.file, null);
  assert.is(json.jobs[0]?.nextSlot, null);
});

test("a paused job has no next slot, whoever has paused it", () => {
  const jobs = new Map([
    ["a", jobState({ paused: { at: NOW, by: "me@here" } })],
    ["b", jobState()],
  ]);
  const file = fileOf("  a: {every: 1h, run: date}\n  b: {every: 1h, run: date, paused: true}\n");
  const { line, json } = show({ jobs }, file);
  assert.is(line("jobs"), "jobs      2, 2 paused");
  assert.match(line("a "), /paused by me@here since 2026-12-01 09:00:00 \+00:00$/);
  assert.match(line("b "), /paused by the file$/);
  assert.equal(
    json.jobs.map(({ nextSlot }) => nextSlot),
    [null, null],
  );
});

test("jobs that only the file or only the ledger knows are marked", () => {
  const { line } = show(
    { jobs: new Map([["old", jobState()]]) },
    fileOf("  new: {every: 1h, run: date}\n"),
  );
  assert.match(line("new"), /not in the ledger yet$/);
  assert.match(line("old"), /not in the file$/);
});

test("a leader with another version of the file is noticed", () => {
  const file = fileOf("  a: {every: 1h, run: date}\n");
  const other = show({ leader: { ...LEADER, config: "0123456789ab" } }, file);
  assert.is(other.line("file"), "file      schedules.yml (the leader has another version of it)");
  const same = show({ leader: { ...LEADER, config: file.config.hash } }, file);
  assert.is(same.line("file"), "file      schedules.yml");
});

test("fires in doubt are listed, but not those that were only just sent", () => {
  const lastFire = { slot: NOW, at: NOW - 100, catchUp: false, maybeDuplicate: false };
  const open = new Map([
    ["a@2026-12-01T09:00:00Z", { ...OPEN, job: "a", slot: NOW }],
    ["a@2026-12-01T08:00:00Z", { ...OPEN, job: "a", slot: NOW - 3_600_000 }],
  ]);
  const { line, json } = show({ open, jobs: new Map([["a", jobState({ lastFire })]]) }, NO_FILE);
  assert.is(line("in doubt"), "in doubt  1 fire (a@2026-12-01T08:00:00Z)");
  assert.equal(json.inDoubt, ["a@2026-12-01T08:00:00Z"]);
});

test("what was asked for and not fired yet is listed with who asked", () => {
  const id = "a@2026-12-01T08:59:59.500Z";
  const trigger = { job: "a", slot: NOW - 500, by: "me@here", payload: { password: "s3cr3t" } };
  const { line, lines, json } = show({ triggers: new Map([[id, trigger]]) }, NO_FILE);
  assert.is(line("triggered"), `triggered  1 fire not fired yet (${id} by me@here)`);
  assert.equal(json.triggers, [
    { fire: id, job: "a", at: "2026-12-01T08:59:59.500Z", by: "me@here" },
  ]);
  assert.not.match(lines.join("") + JSON.stringify(json), "s3cr3t");
});

test("what is odd about the ledger is said, and nothing when nothing is", () => {
  const faults = { "unknown-kind": 1, "newer-version": 0, broken: 2 };
  const { line, json } = show({ lacksBeginning: true, faults }, NO_FILE);
  assert.is(
    line("ledger"),
    "ledger    its beginning is gone: what happened then is not known; 1 record of an unknown kind left out; 2 broken records left out",
  );
  assert.equal(json.ledger, { records: 100, lacksBeginning: true, notUnderstood: faults });
  assert.is(show({}, NO_FILE).line("ledger"), "");
});

test("what others have written cannot steer the terminal", () => {
  const jobs = new Map([["a", jobState({ paused: { at: NOW, by: "\u001b[2Jme\n" } })]]);
  const { lines } = show({ jobs, leader: { ...LEADER, clock: "\u0007a\u202e" } }, NO_FILE);
  assert.not.match(lines.join(" "), /\p{C}/u);
});

test.run();
