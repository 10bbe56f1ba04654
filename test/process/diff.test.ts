import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Repository, repository } from "../support/repository.ts";
import { show } from "./shown.ts";

const test = suite<Repository>("clockd diff");

const OLD = `version: 1
defaults: {timezone: Europe/Berlin}
jobs:
  nightly: {cron: "0 3 * * *", run: date}
  poll: {every: 5m, run: date}
  gone: {cron: "0 4 * * *", run: echo gone}
`;
const NEW = OLD.replace("0 3 *", "30 2 *").replace("gone: {", "fresh: {");
const FROM = ["--from", "2027-03-20"];

test.before.each((context) => {
  Object.assign(context, repository("diff"));
});
test.after.each(({ remove }) => remove());

test("people see what is gone, new and changed, and what that does to slots", async ({ write }) => {
  const args = ["diff", write("a.yml", OLD), write("b.yml", NEW), ...FROM];
  const { code, stdout, stderr } = await show(args);
  assert.equal([code, stderr], [0, []]);
  assert.equal(stdout.slice(1), [
    "1 job added, 1 removed, 1 changed, 1 as before.",
    "! fresh looks like gone with a new name: with renamed_from: gone it goes on where that job was",
    "",
    "- gone",
    "    loses all of its 30 slots; first: Sat 2027-03-20 04:00:00 +01:00 is lost",
    "",
    "+ fresh",
    "    gains 30 slots; first: Sat 2027-03-20 04:00:00 +01:00 is gained",
    "",
    "~ nightly",
    "    cron: 0 3 * * * → 30 2 * * *",
    "    29 slots move 30 minutes earlier; first: Sat 2027-03-20 02:30:00 +01:00 is gained",
    "    2027-03-28: 02:30 does not exist: one slot at 2027-03-28T03:00:00+02:00 instead",
    "",
    "Busiest minute before: 2 slots at Sat 2027-03-20 02:00 +00:00 (nightly and poll)",
    "Busiest minute after:  2 slots at Sat 2027-03-20 01:30 +00:00 (nightly and poll)",
  ]);
});

test("a file in git is compared with the one here", async ({ folder, write, git }) => {
  write("schedules.yml", OLD);
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-qm", "first");
  write("schedules.yml", NEW);
  const args = ["diff", "main:schedules.yml", "schedules.yml", "--exit-code"];
  const { code, stdout } = await show([...args, "--format", "markdown"], { cwd: folder });
  assert.is(code, 1);
  assert.is(stdout[0], "### Schedules: `main:schedules.yml` → `schedules.yml`");
});

test("problems of both files are printed, and the exit code is 78", async ({ write }) => {
  const bad = (key: string) => `version: 1\njobs:\n  a: {every: 5m, run: date, ${key}: 1}\n`;
  const args = ["diff", write("a.yml", bad("quue")), write("b.yml", bad("timeot"))];
  const { code, stdout, stderr } = await show(args);
  assert.equal([code, stdout], [78, []]);
  assert.match(stderr[0]!, /a\.yml:3:\d+ error CONFIG_UNKNOWN_KEY .*queue/);
  assert.match(stderr[1]!, /b\.yml:3:\d+ error CONFIG_UNKNOWN_KEY .*timeout/);
});

test("standard input is one of the two, and no difference is 0", async ({ write }) => {
  const args = ["diff", write("a.yml", OLD), "-", "--exit-code"];
  const { code, stdout } = await show(args, { input: OLD });
  assert.equal([code, stdout[1]], [0, "No differences: 3 jobs."]);
});

test.run();
