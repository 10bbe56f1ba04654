import { suite } from "uvu";
import * as assert from "uvu/assert";
import { schedulesFile, show } from "./shown.ts";

const test = suite("clockd test");

const JOBS = `defaults: {timezone: Europe/Berlin}
jobs:
  nightly: {cron: "30 2 * * *", run: date}
  reports: {cron: "0 8 * * *", run: date}
`;
const TESTS = `${JOBS}tests:
  - {job: nightly, day: 2026-03-29, slots: ["02:30"]}
  - {name: "100% | of them\\n", job: reports, day: 2026-12-24, count: 1}
`;

async function run(body: string, ...flags: string[]) {
  const { file, remove } = schedulesFile(body);
  const shown = await show(["test", file, ...flags]);
  remove();
  return { ...shown, stdout: shown.stdout.map((line) => line.replaceAll(file, "FILE")) };
}

test("what fails is told with its line, what was expected and what there is", async () => {
  assert.equal(await run(TESTS), {
    code: 1,
    stdout: [
      "FAIL FILE:7 nightly on 2026-03-29",
      "    slots: expected 02:30, which does not exist on that day in Europe/Berlin",
      "           got      2026-03-29T03:00:00+02:00",
      "1 passed, 1 failed",
    ],
    stderr: [],
  });
});

test("with --filter only those tests run, and with --json each is a line", async () => {
  const { code, stdout } = await run(TESTS, "--filter", "REPORTS", "--json");
  assert.is(code, 0);
  assert.equal(JSON.parse(stdout[0]!), {
    ...{ name: "100% | of them\n", file: "FILE", line: 8, ok: true },
    ...{ jobs: ["reports"], faults: [] },
  });
  assert.is(stdout.length, 1);
});

test("a filter that fits nothing is exit code 2, a file without tests is 1, a bad one 78", async () => {
  const none = await run(TESTS, "--filter", "nothing");
  assert.is(none.code, 2);
  assert.match(none.stderr[0]!, "none of the 2 tests fits --filter");
  const without = await run(JOBS);
  assert.is(without.code, 1);
  assert.match(without.stderr[0]!, "has no tests");
  const bad = await run(TESTS.replace("job: reports", "job: report"));
  assert.is(bad.code, 78);
  assert.match(bad.stderr[0]!, /:8:\d+ error CONFIG_UNKNOWN_JOB .*did you mean reports/);
});

test.run();
