import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runClockd } from "../support/process.ts";
import { repository } from "../support/repository.ts";
import { event, SOON } from "./rig.ts";
import { type Shown, show } from "./shown.ts";

const test = suite("somebody's first day with clockd");

const NEW_JOB = `
  greet:
    every: 1s
    timeout: 1s
    run: echo "good day"
`;
const EXPECTED = `
tests:
  - {job: report, day: 2027-01-04, slots: ["07:30"]}
  - {job: report, day: 2027-01-03, none: true}
`;

test("from an empty folder to a reviewed change that runs", async () => {
  const { folder: cwd, write, git, remove } = repository("first-day");
  const clockd = (...args: string[]) => show(args, { cwd });
  const edit = (text: string) => write("schedules.yml", text);
  const commit = (message: string) => {
    git("add", "schedules.yml");
    git("commit", "-qm", message);
  };
  git("init", "-q", "-b", "main");

  fine(await clockd("init"));
  fine(await clockd("validate", "--strict"));
  assert.match(fine(await clockd("next", "--count", "1")).stdout.join("\n"), "hello");
  commit("begin");

  // A slip of the hand, and what it is answered with.
  const begun = readFileSync(join(cwd, "schedules.yml"), "utf8");
  edit(begun + NEW_JOB.replace("every", "evry"));
  const refused = await clockd("validate");
  assert.is(refused.code, 1);
  assert.match(refused.stdout.join("\n"), /CONFIG_UNKNOWN_KEY .*did you mean every/);

  edit(begun + NEW_JOB + EXPECTED);
  fine(await clockd("validate", "--strict"));
  fine(await clockd("fmt", "--check"));
  assert.match(fine(await clockd("test")).stdout.join("\n"), "2 passed, 0 failed");
  const review = ["diff", "main:schedules.yml", "schedules.yml", "--format", "markdown"];
  const comment = fine(await clockd(...review)).stdout.join("\n");
  assert.match(comment, "1 job added");
  assert.match(comment, "greet");

  // The one who runs it has the old file, until the change is merged.
  edit(begun);
  const up = runClockd(["up"], { cwd });
  await up.waitFor(event("clock.leading"), SOON, "the clock");
  edit(begun + NEW_JOB + EXPECTED);
  commit("greet");
  await up.waitFor(event("run.finished", { job: "greet", ok: true }), SOON, "the new job's run");
  const history = fine(await clockd("history", "greet")).stdout.join("\n");
  assert.match(history, "ran");
  assert.match(fine(await clockd("logs", "greet")).stdout.join("\n"), "good day");
  assert.is((await up.stop()).code, 0);
  remove();
});

/** It ended well, and had nothing to complain about. */
function fine(shown: Shown): Shown {
  assert.is(shown.code, 0, [...shown.stdout, ...shown.stderr].join("\n"));
  return shown;
}

test.run();
