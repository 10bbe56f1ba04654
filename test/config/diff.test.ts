import { suite } from "uvu";
import * as assert from "uvu/assert";
import { diffConfigs } from "../../src/config/diff.ts";
import { configOf } from "../support/config.ts";

function config(...jobs: string[]) {
  return configOf(`version: 1\njobs:\n${jobs.map((job) => `  ${job}\n`).join("") || "  {}"}`);
}

const JOB =
  "a: {every: 5m, run: [date], queue: q, env: {A: b}, payload: {a: [1, {b: 2}]}, cwd: x, timeout: 1m}";

const test = suite("comparing two files");

test("names are told as added, changed and removed, sorted", () => {
  const before = config(
    "b: {every: 5m, run: b}",
    "d: {every: 5m, run: d}",
    "c: {every: 5m, run: c}",
  );
  const after = config(
    "z: {every: 5m, run: z}",
    "c: {every: 6m, run: c}",
    "b: {every: 5m, run: B}",
    "a: {every: 5m, run: a}",
  );
  const diff = { added: ["a", "z"], changed: ["b", "c"], removed: ["d"] };
  assert.equal(diffConfigs(before, after), diff);
  assert.equal(diffConfigs(before, config()), { added: [], changed: [], removed: ["b", "c", "d"] });
});

const STARTING =
  "inherit_env: true, stdin: payload, overlap: skip, ack_deadline: 20m, retry: {attempts: 1, max_delay: 10m}";

test("what a job was called before, and defaults that are written out, are no change", () => {
  const catchUp = "catch_up: {run: latest, within: 1d, max: 100}";
  const after = config(`${JOB.slice(0, -1)}, ${catchUp}, renamed_from: b, ${STARTING}}`);
  assert.equal(diffConfigs(config(JOB), after), { added: [], changed: [], removed: [] });
});

test("the order of jobs, a description and the way of writing are no change", () => {
  const before = config("b: {every: 5m, run: b}", JOB);
  const after = config(
    `${JOB.slice(0, -1)}, description: New.}`.replace("1m", "60s"),
    "b: {run: b, every: 300s}",
  );
  assert.equal(diffConfigs(before, after), { added: [], changed: [], removed: [] });
});

const CHANGES: [string, string, string][] = [
  ["its interval", "5m", "6m"],
  ["its command", "[date]", "date"],
  ["its queue", "queue: q", "queue: r"],
  ["its environment", "A: b", "A: c"],
  ["deep in its payload", "b: 2", "b: 3"],
  ["its folder", "cwd: x", "cwd: y"],
  ["its time limit", "1m", "2m"],
  ["its zone", "every", "timezone: Europe/Berlin, every"],
  ["what an earlier run means for it", "every", "overlap: queue, every"],
  ["its retries", "every", "retry: {attempts: 2}, every"],
  ["its expiry", "every", "expires: next, every"],
  ["how long its message is held", "every", "ack_deadline: 1m, every"],
  ["whom to tell", "every", "on_failure: {command: tell}, every"],
  ["its ping", "every", 'ping: "https://p.example", every'],
  ["its shell", "[date]", "date, shell: /bin/bash"],
  ["its user", "every", "user: deploy, every"],
  ["its group", "every", "group: 33, every"],
  ["its umask", "every", 'umask: "027", every'],
  ["its niceness", "every", "nice: 5, every"],
  ["its limits", "every", "limits: {cpu: 5s}, every"],
  ["what it inherits", "every", "inherit_env: false, every"],
  ["what it reads", "payload: {a: [1, {b: 2}]}", "stdin: none"],
  ["its patience", "every", "kill_after: 1s, every"],
  ["its pause", "every", "paused: true, every"],
  ["what is caught up of it", "every", "catch_up: {run: all}, every"],
  ["how late it may be caught up", "every", "catch_up: {within: 1h}, every"],
  ["its end", "every", "ends: 2030-01-01, every"],
];

for (const [what, from, to] of CHANGES) {
  test(`a job is changed when ${what} is`, () => {
    const changed = JOB.replace(from, to);
    assert.is.not(changed, JOB);
    const diff = { added: [], changed: ["a"], removed: [] };
    assert.equal(diffConfigs(config(JOB), config(changed)), diff);
  });
}

test.run();
