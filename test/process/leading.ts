import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Taken } from "../support/amqp.ts";
import type { Ground } from "../support/ground.ts";
import type { Clockd } from "../support/process.ts";
import { createRig, event, events, type Rig, SOON, slotsOf } from "./rig.ts";

export const JOB = '  job: {every: 1s, catch_up: {run: all}, run: "true"}\n';

export function severalClocks(ground: Ground): void {
  const test = suite<{ rig: Rig }>(`${ground.name}: several clocks`);

  test.before.each((context) => {
    context.rig = createRig(ground.url);
  });
  test.after.each(({ rig }) => rig.close());

  test("started twice it simply works: one leads, the other stands by and says who leads", async ({
    rig,
  }) => {
    rig.write(JOB);
    const { leader, standby } = await two(rig);
    const line = standby.lines.find(event("clock.standing_by"))!;
    assert.match(String(line.entry.leader), new RegExp(`:${leader.pid}$`));
    const seen = leader.lines.length;
    await leader.waitFor(event("fire.confirmed"), SOON, "one more fire", seen);
    await standby.stop();
    await leader.stop();
    assert.is(events(standby, "fire.confirmed").length, 0);
    assert.is(events(standby, "clock.leading").length, 0);
    assertWhole(await rig.takeFires());
  });

  test("a leader that is told to stop hands over: nothing is lost, doubled or flagged", async ({
    rig,
  }) => {
    rig.write(JOB);
    const { leader, standby } = await two(rig);
    await leader.stop();
    await standby.waitFor(event("clock.leading"), SOON, "the other to lead");
    const seen = standby.lines.length;
    await standby.waitFor(event("fire.confirmed", { catchUp: false }), SOON, "a fire", seen);
    await standby.stop();
    const fires = await rig.takeFires();
    assertWhole(fires);
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
    rig.write(JOB);
    const { leader, standby } = await two(rig);
    leader.signal("SIGKILL");
    await leader.exited;
    await standby.waitFor(event("clock.leading"), SOON, "the other to lead");
    const seen = standby.lines.length;
    await standby.waitFor(event("fire.confirmed", { catchUp: false }), SOON, "a fire", seen);
    await standby.stop();
    assertOnce(await rig.takeFires(), ground);
  });

  test("a leader that was frozen and wakes up fires nothing that the other has fired", async ({
    rig,
  }) => {
    rig.write(JOB);
    const fast = ["--broker", ground.impatient(rig.url)];
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
    assertOnce(await rig.takeFires(), ground);
  });

  test.run();
}

/** One that leads and goes on firing, and one that stands by. */
async function two(rig: Rig): Promise<{ leader: Clockd; standby: Clockd }> {
  const leader = rig.clock();
  await leader.waitFor(event("fire.confirmed"), SOON, "a fire");
  const standby = rig.clock();
  await standby.waitFor(event("clock.standing_by"), SOON, "a standby");
  const seen = leader.lines.length;
  await leader.waitFor(event("fire.confirmed"), SOON, "one more fire", seen);
  return { leader, standby };
}

/** Every slot from the first to the last, once each but for copies that are flagged. */
export function assertOnce(fires: readonly Taken[], { isAtomic }: Ground): void {
  const unflagged = fires.filter(({ headers }) => !headers["x-clockd-maybe-duplicate"]);
  assertWhole(unflagged);
  if (isAtomic) assert.is(fires.length - unflagged.length, 0, "fires are flagged");
}

/** Every slot from the first to the last, once each: no copy, nothing left out. */
function assertWhole(fires: readonly Taken[]): void {
  const slots = slotsOf(fires, "job").sort((a, b) => a - b);
  assert.ok(slots.length > 2, `only ${slots.length} slots`);
  const count = (slots.at(-1)! - slots[0]!) / 1000 + 1;
  assert.equal(
    slots,
    Array.from({ length: count }, (_, n) => slots[0]! + n * 1000),
  );
}
