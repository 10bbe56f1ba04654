import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sqlite } from "../support/ground.ts";
import { mainPath } from "./main-path.ts";
import { createRig, event, type Rig, SOON } from "./rig.ts";

const ground = sqlite();

mainPath(ground);

const test = suite<{ rig: Rig }>("SQLite alone: jobs that only publish");

test.before.each((context) => {
  context.rig = createRig(ground.url);
});
test.after.each(({ rig }) => rig.close());

test("a publish job is told that it needs RabbitMQ, and other jobs go on", async ({ rig }) => {
  rig.write(`  tick: {every: 1s, publish: {exchange: events, routing_key: ticks}}
  other: {every: 1s, run: "true"}
`);
  const clock = rig.clock();
  const failure = await clock.waitFor(event("fire.undeliverable"), SOON, "the failure");
  assert.is(failure.entry.job, "tick");
  assert.match(String(failure.entry.reason), /exchange "events".* need RabbitMQ/);
  const seen = clock.lines.length;
  await clock.waitFor(event("fire.confirmed", { job: "other" }), SOON, "the other job", seen);
});

test.run();
