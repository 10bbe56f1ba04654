import { suite } from "uvu";
import { rabbitmq } from "../support/ground.ts";
import { sharedBroker } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { assertOnce, JOB, severalClocks } from "./leading.ts";
import { createRig, event, type Rig, SOON } from "./rig.ts";

const ground = rabbitmq(sharedBroker());

/** Begins now, since a standby waits long for a leader, and the others need not wait for that. */
const rig = createRig(ground.url);
const replaced = replaceToken(rig);
replaced.catch(() => {}); // its test is told

severalClocks(ground);

const test = suite("RabbitMQ alone: the token of the clocks");

test.after(() => rig.close());

test("a token that got lost is replaced by a standby that hears of no leader", async () => {
  await replaced;
  assertOnce(await rig.takeFires(), ground);
});

test.run();

async function replaceToken(rig: Rig): Promise<void> {
  rig.write(JOB);
  const leader = rig.clock();
  await leader.waitFor(event("fire.confirmed"), SOON, "a fire");
  // A stranger is next in the queue of the token, and swallows it.
  const { model } = await rig.amqp();
  const channel = await model.createChannel();
  let swallowed = 0;
  const take = () => void swallowed++;
  const { consumerTag } = await channel.consume(`${rig.namespace}.leader`, take, { noAck: true });
  const standby = rig.clock();
  await standby.waitFor(event("clock.standing_by"), SOON, "a standby");
  leader.signal("SIGKILL");
  await leader.exited;
  await until(() => swallowed >= 1, SOON, "the stranger to be given the token");
  await channel.cancel(consumerTag);
  await channel.close();
  await standby.waitFor(event("clock.no_leader"), 60_000, "the standby to miss a leader");
  await standby.waitFor(event("clock.leading"), SOON, "the standby to lead");
  await standby.waitFor(event("fire.confirmed", { catchUp: false }), SOON, "a fire");
  await standby.stop();
}
