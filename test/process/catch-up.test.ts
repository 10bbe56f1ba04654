import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sharedBroker, uniqueNamespace } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { createRig, event, events, type Rig, SOON, slotsOf } from "./rig.ts";

const test = suite<{ rig: Rig }>("a clock that was down");

test.before.each((context) => {
  context.rig = createRig(sharedBroker());
});
test.after.each(({ rig }) => rig.close());

/** Runs a clock until each of these jobs has fired, then until it is told to stop. */
async function run(rig: Rig, ...jobs: string[]) {
  const clock = rig.clock();
  for (const job of jobs) {
    await clock.waitFor(event("fire.confirmed", { job, catchUp: false }), SOON, `a fire of ${job}`);
  }
  await clock.stop();
  return clock;
}

/** Nothing runs for three slots of a second. */
async function threeSlotsPass(): Promise<void> {
  const end = Math.floor(Date.now() / 1000) * 1000 + 4000;
  await until(() => Date.now() >= end, SOON, "three seconds");
}

const lateOf = (fires: { headers: Record<string, unknown>; messageId: string }[], job: string) =>
  slotsOf(fires.filter(({ headers }) => headers["x-clockd-catch-up"]) as never, job);

test("catches up by each job's policy; what is not fired is recorded with the reason", async ({
  rig,
}) => {
  rig.write(
    ["all", "latest", "none"]
      .map((policy) => `  ${policy}: {every: 1s, catch_up: {run: ${policy}}, run: "true"}\n`)
      .join(""),
  );
  await run(rig, "all", "latest", "none");
  const before = await rig.takeFires();
  await threeSlotsPass();
  const clock = await run(rig, "all", "latest", "none");
  const after = await rig.takeFires();
  for (const policy of ["all", "latest", "none"]) {
    const fired = slotsOf([...before, ...after], policy);
    const missed = events(clock, "slots.missed").filter(({ job }) => job === policy);
    const recorded = missed.flatMap(({ first, last }) => seconds(String(first), String(last)));
    const all = [...fired, ...recorded].sort((a, b) => a - b);
    const [first, last] = [all[0]!, all.at(-1)!];
    assert.equal(all, seconds(new Date(first).toISOString(), new Date(last).toISOString()), policy);
    const late = lateOf(after, policy);
    if (policy === "all") assert.ok(late.length >= 3 && recorded.length === 0, `${late}`);
    if (policy === "latest") assert.ok(late.length === 1 && recorded.length >= 2, `${recorded}`);
    if (policy === "none") assert.ok(late.length === 0 && recorded.length >= 3, `${recorded}`);
  }
});

test("a job whose only slot passed meanwhile is fired, though it had never fired before", async ({
  rig,
}) => {
  const beat = '  beat: {every: 1s, run: "true"}\n';
  rig.write(beat);
  const first = rig.clock();
  await first.waitFor(event("fire.confirmed"), SOON, "a fire");
  const soon = new Date(Date.now() + 5000).toISOString();
  rig.write(`${beat}  once: {at: "${soon}", run: "true"}\n`);
  first.signal("SIGHUP");
  await first.waitFor(event("config.reloaded"), SOON, "the edit");
  await first.stop();
  await until(() => Date.now() > Date.parse(soon), SOON, "the slot");
  await run(rig, "beat");
  const fires = await rig.takeFires();
  assert.equal(slotsOf(fires, "once"), [Date.parse(soon)]);
  assert.is(lateOf(fires, "once").length, 1);
});

test("a job with a new name goes on where the old one was; without renamed_from it begins anew", async ({
  rig,
}) => {
  const fields = 'every: 1s, catch_up: {run: all}, run: "true"';
  rig.write(`  old: {${fields}}\n  gone: {${fields}}\n`);
  await run(rig, "old", "gone");
  const last = Math.max(...slotsOf(await rig.takeFires(), "old"));
  await threeSlotsPass();
  rig.write(`  new: {${fields}, renamed_from: old}\n  other: {${fields}}\n`);
  await run(rig, "new", "other");
  const fires = await rig.takeFires();
  assert.equal(Math.min(...slotsOf(fires, "new")), last + 1000);
  assert.equal(lateOf(fires, "other"), []);
  assert.equal([...slotsOf(fires, "old"), ...slotsOf(fires, "gone")], []);
});

test("a job that was removed and comes back is a new one: nothing is fired for the time between", async ({
  rig,
}) => {
  const [beat, all] = ['every: 1s, run: "true"', 'every: 1s, catch_up: {run: all}, run: "true"'];
  rig.write(`  beat: {${beat}}\n  back: {${all}}\n`);
  await run(rig, "back");
  rig.write(`  beat: {${beat}}\n`);
  await run(rig, "beat");
  await rig.takeFires();
  await threeSlotsPass();
  rig.write(`  beat: {${beat}}\n  back: {${all}}\n`);
  await run(rig, "beat", "back");
  assert.equal(lateOf(await rig.takeFires(), "back"), []);
});

test("a schedule that was changed in a deploy fires nothing for the time before it", async ({
  rig,
}) => {
  const fields = 'catch_up: {run: all}, run: "true"';
  rig.write(`  beat: {every: 1s, run: "true"}\n  job: {cron: "0 0 1 1 *", ${fields}}\n`);
  await run(rig, "beat");
  const deployed = Date.now();
  rig.write(`  beat: {every: 1s, run: "true"}\n  job: {every: 1s, ${fields}}\n`);
  await run(rig, "job");
  const [first] = slotsOf(await rig.takeFires(), "job").sort((a, b) => a - b);
  assert.ok(first! >= deployed - 2000, "it fired for a time with the old schedule");
});

test("another namespace is another world: nothing is caught up in it, and the old one is kept", async ({
  rig,
}) => {
  const job = '  job: {every: 1s, catch_up: {run: all}, run: "true"}\n';
  rig.write(job);
  await run(rig, "job");
  const last = Math.max(...slotsOf(await rig.takeFires(), "job"));
  await threeSlotsPass();
  rig.write(job, uniqueNamespace("other"));
  const other = await run(rig, "job");
  assert.equal(
    events(other, "fire.confirmed").filter(({ catchUp }) => catchUp),
    [],
  );
  rig.write(job);
  await run(rig, "job");
  const slots = slotsOf(await rig.takeFires(), "job");
  assert.equal(Math.min(...slots), last + 1000);
});

/** Every whole second from one instant to another, both included. */
function seconds(first: string, last: string): number[] {
  const found: number[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 1000) found.push(at);
  return found;
}

test.run();
