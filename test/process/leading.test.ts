import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Clockd } from "../support/process.ts";
import { sharedBroker } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { createRig, event, events, type Rig, SOON, slotsOf } from "./rig.ts";

const test = suite<{ rig: Rig }>("several clocks");

test.before.each((context) => {
  context.rig = createRig(sharedBroker());
});
test.after.each(({ rig }) => rig.close());

/** One that leads and has fired, and one that stands by. */
async function two(rig: Rig): Promise<{ leader: Clockd; standby: Clockd }> {
  const leader = rig.clock();
  await leader.waitFor(event("fire.confirmed"), SOON, "a fire");
  const standby = rig.clock();
  await standby.waitFor(event("clock.standing_by"), SOON, "a standby");
  return { leader, standby };
}

/** Every slot from the first to the last, once each: no copy, nothing left out. */
function assertWhole(slots: readonly number[], interval: number): void {
  assert.ok(slots.length > 2, `only ${slots.length} slots`);
  const sorted = slots.toSorted((a, b) => a - b);
  const count = (sorted.at(-1)! - sorted[0]!) / interval + 1;
  assert.equal(
    sorted,
    Array.from({ length: count }, (_, n) => sorted[0]! + n * interval),
  );
}

const job = '  job: {every: 1s, catch_up: {run: all}, run: "true"}\n';

test("started twice it simply works: one leads, the other stands by and says who leads", async ({
  rig,
}) => {
  rig.write(job);
  const { leader, standby } = await two(rig);
  const line = standby.lines.find(event("clock.standing_by"))!;
  assert.match(String(line.entry.leader), new RegExp(`:${leader.pid}$`));
  const seen = leader.lines.length;
  await leader.waitFor(event("fire.confirmed"), SOON, "one more fire", seen);
  await standby.stop();
  await leader.stop();
  assert.is(events(standby, "fire.confirmed").length, 0);
  assert.is(events(standby, "clock.leading").length, 0);
  assertWhole(slotsOf(await rig.takeFires(), "job"), 1000);
});

test("a leader that is told to stop hands over: nothing is lost, doubled or flagged", async ({
  rig,
}) => {
  rig.write(job);
  const { leader, standby } = await two(rig);
  await leader.stop();
  await standby.waitFor(event("clock.leading"), SOON, "the other to lead");
  const seen = standby.lines.length;
  await standby.waitFor(event("fire.confirmed", { catchUp: false }), SOON, "a fire", seen);
  await standby.stop();
  const fires = await rig.takeFires();
  assertWhole(slotsOf(fires, "job"), 1000);
  assert.equal(
    fires.filter(({ headers }) => headers["x-clockd-maybe-duplicate"]),
    [],
  );
  const epochs = new Set(fires.map(({ headers }) => headers["x-clockd-epoch"]));
  assert.equal([...epochs], [1, 2]);
});

test("a leader that is killed is followed by the standby; what is sent twice is flagged", async ({
  rig,
}) => {
  rig.write(job);
  const { leader, standby } = await two(rig);
  leader.signal("SIGKILL");
  await leader.exited;
  await standby.waitFor(event("clock.leading"), SOON, "the other to lead");
  const seen = standby.lines.length;
  await standby.waitFor(event("fire.confirmed", { catchUp: false }), SOON, "a fire", seen);
  await standby.stop();
  const fires = await rig.takeFires();
  const unflagged = fires.filter(({ headers }) => !headers["x-clockd-maybe-duplicate"]);
  assertWhole(slotsOf(unflagged, "job"), 1000);
});

test("a leader that was frozen and wakes up fires nothing that the other has fired", async ({
  rig,
}) => {
  rig.write(job);
  const fast = ["--broker", `${sharedBroker()}?heartbeat=1`];
  const leader = rig.clock(fast);
  await leader.waitFor(event("fire.confirmed"), SOON, "a fire");
  const standby = rig.clock(fast);
  await standby.waitFor(event("clock.standing_by"), SOON, "a standby");
  leader.signal("SIGSTOP");
  try {
    await standby.waitFor(event("clock.leading"), SOON, "the other to lead");
  } finally {
    leader.signal("SIGCONT");
  }
  await leader.waitFor(event("clock.stepped_down"), SOON, "the first one to step down");
  await leader.waitFor(event("clock.standing_by"), SOON, "the first one to stand by");
  const seen = standby.lines.length;
  await standby.waitFor(event("fire.confirmed"), SOON, "a fire", seen);
  await leader.stop();
  await standby.stop();
  const fires = await rig.takeFires();
  const unflagged = fires.filter(({ headers }) => !headers["x-clockd-maybe-duplicate"]);
  assertWhole(slotsOf(unflagged, "job"), 1000);
});

test("a token that got lost is replaced by a standby that hears of no leader", async ({ rig }) => {
  rig.write(job);
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
  const fires = await rig.takeFires();
  const unflagged = fires.filter(({ headers }) => !headers["x-clockd-maybe-duplicate"]);
  assertWhole(slotsOf(unflagged, "job"), 1000);
});

test.run();
