import { suite } from "uvu";
import * as assert from "uvu/assert";
import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { mainPath } from "./main-path.ts";
import { createRig, event, type Rig, SOON } from "./rig.ts";

const ground = rabbitmq(sharedBroker());

mainPath(ground);

const test = suite<{ rig: Rig }>("RabbitMQ alone: jobs that only publish");

test.before.each((context) => {
  context.rig = createRig(ground.url);
});
test.after.each(({ rig }) => rig.close());

test("a publish job reaches another service's queue with its own headers and body", async ({
  rig,
}) => {
  rig.write(`  tick:
    every: 1s
    publish: {exchange: ${rig.namespace}-events, routing_key: ticks.fast, headers: {source: "\${SOURCE:-clockd}"}, body: {kind: tick}}
  other: {every: 1s, run: "true"}
`);
  const { channel, drain } = await rig.amqp();
  const events = `${rig.namespace}-events`;
  await channel.assertExchange(events, "topic", { durable: false, autoDelete: true });
  await channel.assertQueue(events, { durable: false, autoDelete: true });
  await channel.bindQueue(events, events, "ticks.*");
  const clock = rig.clock();
  await clock.waitFor(event("fire.confirmed", { job: "tick" }), SOON, "a fire");
  const [message] = await drain(events);
  assert.equal(JSON.parse(String(message!.body)), { kind: "tick" });
  assert.is(message!.headers.source, "clockd");
  assert.is(message!.headers["x-clockd-job"], "tick");
  assert.match(String(message!.headers.traceparent), /^00-/);
  await channel.deleteQueue(events);
  // The service goes away with its exchange: the clock says what to do, and other jobs go on.
  const undeliverable = await clock.waitFor(event("fire.undeliverable"), SOON, "the failure");
  assert.match(String(undeliverable.entry.reason), events);
  const seen = clock.lines.length;
  await clock.waitFor(event("fire.confirmed", { job: "other" }), SOON, "the other job", seen);
});

test.run();
