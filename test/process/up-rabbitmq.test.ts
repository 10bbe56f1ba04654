import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sharedBroker } from "../support/shared.ts";
import { createRig, event, events, type Rig, SOON } from "./rig.ts";

const test = suite<{ rig: Rig }>("clockd up with RabbitMQ");
const url = sharedBroker();

test.before.each((context) => {
  context.rig = createRig(url);
});
test.after.each(({ rig }) => rig.close());

test("moving there is a change of URL: jobs fire and run, and edits reach both", async ({
  rig,
}) => {
  rig.write(`  hello: {every: 1s, run: echo hello}\n`);
  const up = rig.up();
  const fired = await up.waitFor(event("fire.confirmed", { name: "clock" }), SOON, "a fire");
  const { fire } = fired.entry;
  const output = { name: "worker", fire, line: "hello" };
  await up.waitFor(event("run.output", output), SOON, "its output");
  for (const { place } of events(up, "broker.connected")) assert.match(String(place), /^rabbitmq /);
  rig.write(`  hello: {every: 1s, run: echo hello}\n  added: {every: 1s, run: echo added}\n`);
  await up.waitFor(event("run.output", { line: "added" }), SOON, "the new job");
  up.signal("SIGINT");
  assert.equal(await up.exited, { code: 0, signal: null });
  const named = (type: string) => events(up, type).map(({ fire }) => String(fire));
  const ids = (await rig.takeFires()).map(({ messageId }) => messageId);
  const waiting = ids.filter((id) => !named("run.finished").includes(id));
  // Fired is run, or waits there for the next start.
  assert.equal([...named("run.finished"), ...waiting].sort(), named("fire.confirmed").sort());
  assert.is(ids.length, waiting.length, "what has run was given back");
});

test("a file that the broker refuses to the clock is not taken by the worker either", async ({
  rig,
}) => {
  rig.write(`  steady: {every: 1s, run: echo old}\n`);
  const up = rig.up();
  await up.waitFor(event("run.output", { line: "old" }), SOON, "the old command");
  const { channel } = await rig.amqp();
  const queue = `${rig.namespace}.work.taken`;
  await channel.assertQueue(queue, { durable: false, autoDelete: true });
  rig.write(
    `  steady: {every: 1s, run: echo new}\n  other: {every: 1h, run: "true", queue: taken}\n`,
  );
  await up.waitFor(event("config.refused"), SOON, "the refusal");
  const seen = up.lines.length;
  const next = await up.waitFor(event("run.output"), SOON, "a later run", seen);
  assert.is(next.entry.line, "old");
  await up.stop();
  await channel.deleteQueue(queue);
  assert.is(events(up, "config.reloaded").length, 0);
  assert.not.ok(events(up, "run.output").some(({ line }) => line === "new"));
});

test.run();
