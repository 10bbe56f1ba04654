import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Rabbitmq, startRabbitmq } from "../support/rabbitmq.ts";
import { createRig, event, events, type Rig, SOON, slotsOf } from "./rig.ts";

const test = suite<{ rig: Rig; rabbitmq: Rabbitmq }>("a broker that goes away");

test.before(async (context) => {
  context.rabbitmq = await startRabbitmq();
});
test.after(({ rabbitmq }) => rabbitmq.stop());
test.before.each((context) => {
  context.rig = createRig(context.rabbitmq.url);
});
test.after.each(({ rig }) => rig.close());

/** A kill -9 and a restart take this long at the most. ms. */
const BACK = 60_000;

test("killed and back: every slot is published or recorded as missed, copies are flagged", async ({
  rig,
  rabbitmq,
}) => {
  rig.write(Array.from({ length: 5 }, (_, n) => `  job-${n}: {every: 1s, run: "true"}\n`).join(""));
  const clock = rig.clock();
  // RabbitMQ itself does not survive a kill in the first second of a new queue's life: the queue
  // is there afterwards, and answers nothing.
  const settled = () => events(clock, "fire.confirmed").length >= 15;
  await clock.waitFor(settled, SOON, "three seconds of fires");
  await rabbitmq.kill();
  await clock.waitFor(event("broker.lost"), SOON, "the loss");
  await rabbitmq.restart();
  const seen = clock.lines.length;
  await clock.waitFor(event("clock.leading"), BACK, "the clock to lead again", seen - 1);
  const after = clock.lines.length;
  await clock.waitFor(event("fire.confirmed", { job: "job-4" }), SOON, "fires again", after);
  assert.is((await clock.stop()).code, 0);

  const fires = await rig.takeFires();
  for (let n = 0; n < 5; n++) {
    const job = `job-${n}`;
    const published = slotsOf(fires, job);
    const missed = events(clock, "slots.missed").filter((entry) => entry.job === job);
    const recorded = missed.flatMap(({ first, last }) => seconds(String(first), String(last)));
    const all = [...new Set([...published, ...recorded])].sort((a, b) => a - b);
    const [from, to] = [new Date(all[0]!), new Date(all.at(-1)!)];
    assert.equal(all, seconds(from.toISOString(), to.toISOString()), job);
    for (const slot of recorded) assert.not(published.includes(slot), `${job} both ways`);
  }
  // A copy is one fire in two messages: all but one are flagged.
  const unflagged = fires.filter(({ headers }) => !headers["x-clockd-maybe-duplicate"]);
  assert.is(new Set(unflagged.map(({ messageId }) => messageId)).size, unflagged.length);
  // One line for the loss, not one for each attempt.
  assert.is(events(clock, "broker.lost").length, 1);
  const reminders = clock.lines.filter(event("broker.unreachable"));
  assert.ok(reminders.length <= 2, `${reminders.length} lines about one outage`);
});

test("killed during a run: the run goes on, and is not run again when the broker is back", async ({
  rig,
  rabbitmq,
}) => {
  const short = "  short: {every: 1s, run: echo short}\n";
  rig.write(short);
  const clock = rig.clock();
  const worker = rig.worker(["--concurrency", "8"]);
  await worker.waitFor(event("run.finished", { job: "short" }), SOON, "a run");
  const at = new Date(Date.now() + 3000).toISOString();
  rig.write(`${short}  long: {at: "${at}", run: echo begun; sleep 4; echo done}\n`);
  for (const daemon of [worker, clock]) {
    daemon.signal("SIGHUP");
    await daemon.waitFor(event("config.reloaded"), SOON, "the edit");
  }
  await worker.waitFor(event("run.output", { line: "begun" }), SOON, "the run");
  await rabbitmq.kill();
  await rabbitmq.restart();
  await worker.waitFor(event("run.finished", { job: "long" }), BACK, "the end of the run");
  const seen = worker.lines.length;
  const back = (line: Parameters<ReturnType<typeof event>>[0]) =>
    event("run.finished", { job: "short" })(line);
  await worker.waitFor(back, BACK, "runs after the outage", seen);
  await clock.stop();
  await worker.stop();
  assert.is(events(worker, "run.output").filter(({ line }) => line === "begun").length, 1);
  assert.is(
    (await rig.takeFires()).filter(({ messageId }) => messageId.startsWith("long")).length,
    0,
  );
});

test("not there at the start: one line says so, and the clock goes on when it comes", async ({
  rig,
  rabbitmq,
}) => {
  rig.write(`  job: {every: 1s, run: "true"}\n`);
  await rabbitmq.kill();
  const clock = rig.clock();
  const line = await clock.waitFor(event("broker.unreachable"), SOON, "the failure");
  assert.match(String(line.entry.msg), String(rabbitmq.port));
  await rabbitmq.restart();
  await clock.waitFor(event("fire.confirmed", { job: "job" }), BACK, "a fire");
});

test("frozen: noticed by the heartbeat, and the slots in between are not lost silently", async ({
  rig,
  rabbitmq,
}) => {
  rig.write(`  job: {every: 1s, run: "true"}\n`);
  const clock = rig.clock(["--broker", `${rabbitmq.url}?heartbeat=1`]);
  await clock.waitFor(event("fire.confirmed"), SOON, "a fire");
  rabbitmq.freeze();
  try {
    await clock.waitFor(event("broker.lost"), SOON, "the loss");
  } finally {
    rabbitmq.thaw();
  }
  const seen = clock.lines.length;
  await clock.waitFor(event("clock.leading"), BACK, "the clock to lead again", seen);
  await clock.waitFor(event("fire.confirmed", { catchUp: false }), SOON, "a fire", seen);
  await clock.stop();
  const published = slotsOf(await rig.takeFires(), "job");
  const recorded = events(clock, "slots.missed").flatMap(({ first, last }) =>
    seconds(String(first), String(last)),
  );
  const all = [...new Set([...published, ...recorded])].sort((a, b) => a - b);
  const [from, to] = [new Date(all[0]!), new Date(all.at(-1)!)];
  assert.equal(all, seconds(from.toISOString(), to.toISOString()));
});

/** Every whole second from one instant to another, both included. */
function seconds(first: string, last: string): number[] {
  const found: number[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 1000) found.push(at);
  return found;
}

test.run();
