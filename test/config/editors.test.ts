import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type LanguageServer, startLanguageServer } from "../support/language-server.ts";

const test = suite<{ server: LanguageServer }>("the schema in an editor");

test.before(async (context) => {
  context.server = await startLanguageServer();
});
test.after(({ server }) => server.stop());

const JOB = "version: 1\njobs:\n  a:\n";

test("a good file has nothing against it", async ({ server }) => {
  const good = `${JOB}    cron: ["0 8 * * *"]\n    run: date\n    on_failure: {webhook: "http://x"}\n`;
  assert.equal(await server.diagnose(good), []);
});

test("an unknown key, a wrong type and a wrong word are told at their place", async ({
  server,
}) => {
  const bad = `${JOB}    every: 5\n    run: date\n    tiemzone: UTC\n    overlap: jump\n    timeout: 5 min\n`;
  assert.equal(await server.diagnose(bad), [
    { line: 3, character: 11, message: 'Incorrect type. Expected "string".' },
    { line: 5, character: 4, message: "Property tiemzone is not allowed." },
    {
      line: 6,
      character: 13,
      message: 'Value is not accepted. Valid values: "allow", "skip", "queue", "replace".',
    },
    { line: 7, character: 13, message: "Expected a duration such as 90s, 5m or 2h30m." },
  ]);
});

test("none or two of cron, every and at are one problem, and not several", async ({ server }) => {
  assert.equal(await server.diagnose(`${JOB}    run: date\n`), [
    { line: 2, character: 2, message: "A job has exactly one of cron, every, at." },
  ]);
  const two = await server.diagnose(`${JOB}    every: 5s\n    cron: "@daily"\n    run: date\n`);
  assert.is(two.length, 1);
});

test("keys are offered at the top, in a job and in a map of it", async ({ server }) => {
  const top = await server.complete("version: 1\n¦");
  for (const key of ["namespace", "defaults", "calendars", "jobs"])
    assert.ok(top.includes(key), key);
  const job = await server.complete(`${JOB}    ¦`);
  for (const key of ["cron", "every", "at", "run", "publish", "catch_up", "overlap"]) {
    assert.ok(job.includes(key), key);
  }
  assert.equal(await server.complete(`${JOB}    catch_up:\n      ¦`), ["run", "within", "max"]);
});

test("the words of a field are offered", async ({ server }) => {
  const words = await server.complete(`${JOB}    overlap: ¦`);
  assert.equal(words.sort(), ["allow", "queue", "replace", "skip"]);
  assert.equal(await server.complete(`${JOB}    catch_up: {run: ¦}`), ["none", "latest", "all"]);
});

test("a field is explained under the mouse", async ({ server }) => {
  const catchUp = await server.hover(`${JOB}    catch¦_up: {run: all}\n`);
  assert.match(catchUp, /^#### Catch-up\n\nWhat becomes of slots whose time passed/);
  assert.match(catchUp, "within: 6h");
  const overlap = await server.hover(`${JOB}    over¦lap: skip\n`);
  assert.match(overlap, "an earlier run of the job is still going");
});

test.run();
