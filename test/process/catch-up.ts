import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Taken } from "../support/amqp.ts";
import type { Ground } from "../support/ground.ts";
import type { Clockd } from "../support/process.ts";
import { uniqueNamespace } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { createRig, event, events, type Rig, SOON, slotsOf } from "./rig.ts";

/** What clocks did before and after a time in which none ran. */
interface Outage {
  rig: Rig;
  /** What was fired before it, and after. */
  before: Taken[];
  after: Taken[];
  /** The clocks that found something late: the last one that ran before it, and that after it. */
  clocks: Clockd[];
  /** The clock that ran during it, in another namespace. */
  elsewhere: Clockd;
  /** The slot of the job `once`, in it. ms UTC. */
  once: number;
  /** When the last clock had stopped that knew the old schedule of the job `changed`. ms UTC. */
  stopped: number;
}

const ALL = 'every: 1s, catch_up: {run: all}, run: "true"';
const POLICIES = ["all", "latest", "none"]
  .map((policy) => `  ${policy}: {every: 1s, catch_up: {run: ${policy}}, run: "true"}\n`)
  .join("");

const FIRST = `${POLICIES}  old: {${ALL}}
  gone: {${ALL}}
  back: {${ALL}}
  changed: {cron: "0 0 1 1 *", catch_up: {run: all}, run: "true"}
`;
const WITHOUT_BACK = FIRST.replace(/ {2}back: .*\n/, "");
/** `old` has another name, `gone` is another job, `back` is there again, `changed` has a new schedule. */
const LAST = `${POLICIES}  new: {${ALL}, renamed_from: old}
  other: {${ALL}}
  back: {${ALL}}
  changed: {${ALL}}
`;

export function catchUp(ground: Ground): void {
  const test = suite(`${ground.name}: a clock that was down`);

  /** One outage for all jobs, since it takes long. Nobody adds to it. */
  let story: Promise<Outage> | undefined;
  const told = () => (story ??= liveThrough(createRig(ground.url)));

  test.after(async () => (await story)?.rig.close());

  for (const policy of ["all", "latest", "none"]) {
    test(`with "run: ${policy}" fires what is late by it, and records the rest as missed`, async () => {
      const { before, after, clocks } = await told();
      const recorded = clocks.flatMap((clock) => missedBy(clock, policy));
      const all = [...slotsOf([...before, ...after], policy), ...recorded].sort((a, b) => a - b);
      const [first, last] = [all[0]!, all.at(-1)!];
      assert.equal(all, seconds(new Date(first).toISOString(), new Date(last).toISOString()));
      const late = lateOf(after, policy);
      if (policy === "all") assert.ok(late.length >= 3 && recorded.length === 0, `${late}`);
      if (policy === "latest") assert.ok(late.length === 1 && recorded.length >= 2, `${recorded}`);
      if (policy === "none") assert.ok(late.length === 0 && recorded.length >= 3, `${recorded}`);
    });
  }

  test("fires a job whose only slot passed meanwhile, though it had never fired before", async () => {
    const { after, once } = await told();
    assert.equal(slotsOf(after, "once"), [once]);
    assert.is(lateOf(after, "once").length, 1);
  });

  test("goes on with a renamed job where the old one was; without renamed_from it begins anew", async () => {
    const { before, after } = await told();
    assert.is(Math.min(...slotsOf(after, "new")), Math.max(...slotsOf(before, "old")) + 1000);
    assert.ok(slotsOf(after, "other").length > 0);
    assert.equal(lateOf(after, "other"), []);
    assert.equal([...slotsOf(after, "old"), ...slotsOf(after, "gone")], []);
  });

  test("takes a job that was removed and comes back for a new one: nothing is fired for the time between", async () => {
    const { before, after } = await told();
    assert.ok(slotsOf(before, "back").length > 0 && slotsOf(after, "back").length > 0);
    assert.equal(lateOf(after, "back"), []);
  });

  test("fires nothing by a schedule that was changed in a deploy for the time before it", async () => {
    const { after, stopped } = await told();
    const [first] = slotsOf(after, "changed").sort((a, b) => a - b);
    assert.ok(first! >= stopped - 2000, "it fired for a time with the old schedule");
  });

  test("catches nothing up in another namespace, and keeps the record of this one", async () => {
    const { before, after, elsewhere } = await told();
    const fired = events(elsewhere, "fire.confirmed");
    assert.ok(fired.length > 0);
    assert.equal(
      fired.filter(({ catchUp }) => catchUp),
      [],
    );
    assert.is(Math.min(...slotsOf(after, "all")), Math.max(...slotsOf(before, "all")) + 1000);
  });

  test.run();
}

async function liveThrough(rig: Rig): Promise<Outage> {
  rig.write(FIRST);
  await run(rig, "all", "latest", "none", "old", "gone", "back");
  const { clock: second, once } = await runWithoutBack(rig);
  const stopped = Date.now();
  const before = await rig.takeFires();
  rig.write(`  all: {${ALL}}\n`, uniqueNamespace("other"));
  const elsewhere = await run(rig, "all");
  const passed = () => Date.now() >= Math.max(secondOf(stopped) + 4000, once + 1000);
  await until(passed, SOON, "three slots to pass, and that of once");
  rig.write(`${LAST}${onceAt(once)}`);
  const last = await run(rig, "all", "latest", "none", "new", "other", "back", "changed");
  const after = await rig.takeFires();
  return { rig, before, after, clocks: [second, last], elsewhere, once, stopped };
}

/** `back` is away for a while, and then there is `once`, whose slot comes too late for this clock. */
async function runWithoutBack(rig: Rig): Promise<{ clock: Clockd; once: number }> {
  rig.write(WITHOUT_BACK);
  const clock = rig.clock();
  await clock.waitFor(event("fire.confirmed", { catchUp: false }), SOON, "a fire");
  const once = secondOf(Date.now()) + 4000;
  rig.write(`${WITHOUT_BACK}${onceAt(once)}`);
  clock.signal("SIGHUP");
  await clock.waitFor(event("config.reloaded"), SOON, "the edit");
  await clock.stop();
  return { clock, once };
}

function onceAt(slot: number): string {
  return `  once: {at: "${new Date(slot).toISOString()}", run: "true"}\n`;
}

/** Runs a clock until each of these jobs has fired in time, then until it is told to stop. */
async function run(rig: Rig, ...jobs: string[]) {
  const clock = rig.clock();
  for (const job of jobs) {
    await clock.waitFor(event("fire.confirmed", { job, catchUp: false }), SOON, `a fire of ${job}`);
  }
  await clock.stop();
  return clock;
}

/** The slots of a job that a clock recorded as missed, ms. */
function missedBy(clock: Clockd, job: string): number[] {
  return events(clock, "slots.missed")
    .filter((entry) => entry.job === job)
    .flatMap(({ first, last }) => seconds(String(first), String(last)));
}

function lateOf(fires: readonly Taken[], job: string): number[] {
  return slotsOf(
    fires.filter(({ headers }) => headers["x-clockd-catch-up"]),
    job,
  );
}

function secondOf(at: number): number {
  return Math.floor(at / 1000) * 1000;
}

/** Every whole second from one instant to another, both included. */
function seconds(first: string, last: string): number[] {
  const found: number[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 1000) found.push(at);
  return found;
}
