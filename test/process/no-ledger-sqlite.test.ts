import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sqlite } from "../support/ground.ts";
import { createRig, event, type Rig, SOON } from "./rig.ts";
import { show } from "./shown.ts";

const test = suite<{ rig: Rig }>("SQLite: a question before any clock has run");

const QUESTIONS = [
  ["status"],
  ["status", "--json"],
  ["history"],
  ["trigger", "job"],
  ["pause", "job"],
  ["resume", "job"],
];

test.before.each((context) => {
  context.rig = createRig(sqlite().url);
  context.rig.write(`  job: {every: 1h, run: "true"}\n`);
});
test.after.each(({ rig }) => rig.close());

async function assertRefused(rig: Rig, args: string[], reason: RegExp): Promise<void> {
  const { code, stdout, stderr } = await show(args, { cwd: rig.folder });
  assert.equal([code, stdout, stderr.length], [1, [], 1], `${args.join(" ")}: ${stderr}`);
  assert.match(stderr[0]!, reason);
}

test("says that none has run here, is exit code 1, and makes no file", async ({ rig }) => {
  const reason = /^clockd: there is no \.clockd\/clockd\.db: no clock has run with it here$/;
  await Promise.all(QUESTIONS.map((args) => assertRefused(rig, args, reason)));
  assert.equal(readdirSync(rig.folder), ["schedules.yml"]);
});

test("says so of an empty file too, and leaves it empty", async ({ rig }) => {
  const file = join(rig.folder, "empty.db");
  writeFileSync(file, "");
  const reason = /^clockd: empty\.db is empty: no clock has run with it here$/;
  const ask = (args: string[]) =>
    assertRefused(rig, [...args, "--broker", "sqlite:empty.db"], reason);
  await Promise.all([ask(["status"]), ask(["trigger", "job"])]);
  assert.is(readFileSync(file).length, 0);
  assert.equal(readdirSync(rig.folder).sort(), ["empty.db", "schedules.yml"]);
});

test("says so of a file in which only other namespaces are, and adds none", async ({ rig }) => {
  const clock = rig.clock();
  await clock.waitFor(event("clock.leading"), SOON, "a clock");
  await clock.stop();
  const args = ["--broker", rig.url, "--namespace", "another"];
  const reason = /^clockd: \S+ has no ledger for the namespace "another": no clock has run/;
  const before = readFileSync(join(rig.folder, "clockd.db"));
  const ask = (question: string[]) => assertRefused(rig, [...question, ...args], reason);
  await Promise.all([ask(["status"]), ask(["pause", "job"])]);
  assert.ok(readFileSync(join(rig.folder, "clockd.db")).equals(before), "the file was changed");
});

test.run();
