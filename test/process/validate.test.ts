import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "../support/folder.ts";
import { show } from "./shown.ts";

const test = suite<{ folder: string; remove(): void }>("clockd validate with a broker");

const RUNS = "version: 1\njobs:\n  a: {every: 5m, run: date, ack_deadline: 2h}\n";
const PUBLISHES = `${RUNS}  b:
    every: 5m
    publish: {exchange: events, routing_key: a}
`;

test.before.each((context) => {
  const { path, remove } = temporaryFolder("validate");
  writeFileSync(join(path, "schedules.yml"), RUNS);
  Object.assign(context, { folder: path, remove });
});
test.after.each(({ remove }) => remove());

test("the embedded broker suits a file that only runs commands, and no file is made", async ({
  folder,
}) => {
  const { code, stdout, stderr } = await show(["validate", "--broker"], { cwd: folder });
  assert.equal([code, stderr], [0, []]);
  assert.equal(stdout, [
    "schedules.yml: compared with sqlite .clockd/clockd.db: 1 queue, 0 exchanges",
    "schedules.yml: 1 job, no problems",
  ]);
  assert.not.ok(existsSync(join(folder, ".clockd")));
});

test("a job with publish is a problem with the embedded broker, at its line", async ({
  folder,
}) => {
  writeFileSync(join(folder, "schedules.yml"), PUBLISHES);
  const shown = await show(["validate", "--broker", "--format", "github"], { cwd: folder });
  assert.is(shown.code, 1);
  assert.is(shown.stdout.length, 1);
  assert.match(
    shown.stdout[0]!,
    /^::error file=schedules.yml,line=6,col=25,title=BROKER_NO_EXCHANGE::/,
  );
});

test("a paused job asks nothing of the broker, and without --broker no job does", async ({
  folder,
}) => {
  const file = join(folder, "schedules.yml");
  writeFileSync(file, PUBLISHES);
  assert.is((await show(["validate", file])).code, 0);
  writeFileSync(file, `${PUBLISHES}    paused: true\n`);
  assert.is((await show(["validate", "--broker", file], { cwd: folder })).code, 0);
});

test("a broker that cannot be reached is 69, its address may come from the environment", async ({
  folder,
}) => {
  const env = { CLOCKD_BROKER_URL: "amqp://me:secret@127.0.0.1:1" };
  const { code, stderr } = await show(["validate", "--broker"], { cwd: folder, env });
  assert.is(code, 69);
  assert.match(stderr[0]!, /^clockd: cannot reach 127\.0\.0\.1:1: /);
  assert.not.match(stderr.join(), "secret");
  assert.is((await show(["validate"], { cwd: folder, env })).code, 0);
});

test("formats that do not go together, and unknown ones, are exit code 2", async ({ folder }) => {
  const both = await show(["validate", "--json", "--format", "github"], { cwd: folder });
  assert.equal(both.code, 2);
  assert.match(both.stderr[0]!, "--json and --format github cannot be given together");
  assert.is((await show(["validate", "--format", "xml"], { cwd: folder })).code, 2);
  const url = await show(["validate", "--broker", "http://localhost"], { cwd: folder });
  assert.is(url.code, 2);
});

test.run();
