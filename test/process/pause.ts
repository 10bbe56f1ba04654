import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Ground } from "../support/ground.ts";
import type { Clockd } from "../support/process.ts";
import { createRig, event, events, type Rig, SOON } from "./rig.ts";
import { show } from "./shown.ts";

export function pause(ground: Ground): void {
  const test = suite<{ rig: Rig }>(`${ground.name}: clockd pause and resume`);

  test.before.each((context) => {
    context.rig = createRig(ground.url);
    context.rig.write(`  job: {every: 1s, run: "true"}
  beat: {every: 1s, run: "true"}
  still: {every: 1s, run: "true", paused: true}
`);
  });
  test.after.each(({ rig }) => rig.close());

  test("a pause takes effect within a second, and survives a restart of all clocks", async ({
    rig,
  }) => {
    const first = await led(rig.clock());
    const second = rig.clock();
    await second.waitFor(event("clock.standing_by"), SOON, "a standby");
    await first.waitFor(event("fire.confirmed", { job: "job" }), SOON, "a fire");
    const { code, stdout } = await ask(rig, "pause", "job");
    assert.is(code, 0);
    assert.equal(stdout[0], "job is paused");
    assert.match(stdout[1]!, new RegExp(`^\\S+:${first.pid} leads$`));
    const held = await first.waitFor(event("job.held"), SOON, "the clock to obey");
    const heldAt = Date.parse(String(held.entry.time));
    await threeBeats(first);
    const [{ paused }] = JSON.parse((await ask(rig, "pause", "job", "--json")).stdout[0]!).jobs;
    assert.match(paused.by, /^deploy@/);
    assert.ok(heldAt - Date.parse(paused.at) < 1000, `${paused.at}, obeyed ${held.entry.time}`);
    assert.equal(
      slots(first, "job").filter((slot) => slot > heldAt),
      [],
    );
    await first.stop();
    await led(second);
    await second.stop();
    const third = await led(rig.clock());
    await threeBeats(third);
    for (const clock of [second, third]) assert.equal(slots(clock, "job"), []);
    const resumed = await ask(rig, "resume", "job");
    assert.equal([resumed.code, resumed.stdout[0]], [0, "job is resumed"]);
    await third.waitFor(event("fire.confirmed", { job: "job" }), SOON, "a fire again");
  });

  test("with no clock leading it holds as soon as one does", async ({ rig }) => {
    await (await led(rig.clock())).stop();
    const { code, stdout } = await ask(rig, "pause", "job");
    assert.equal(
      [code, stdout],
      [0, ["job is paused", "no clock leads now: it holds as soon as one does"]],
    );
    const clock = await led(rig.clock());
    await threeBeats(clock);
    assert.equal(slots(clock, "job"), []);
  });

  test("what is so already is said, and not recorded again", async ({ rig }) => {
    await led(rig.clock());
    assert.equal((await ask(rig, "resume", "job")).stdout, ["job was not paused"]);
    await ask(rig, "pause", "job");
    const { code, stdout } = await ask(rig, "pause", "job");
    assert.is(code, 0);
    assert.match(stdout.join(), /^job was paused already by deploy@\S+ since \d{4}-/);
    const history = await ask(rig, "history", "job", "--json");
    const said = history.stdout.map((line) => JSON.parse(line).event);
    assert.equal(
      said.filter((what) => what === "paused" || what === "resumed"),
      ["paused"],
    );
  });

  test("several jobs are paused at once, and none when one is unknown", async ({ rig }) => {
    await led(rig.clock());
    const bad = await ask(rig, "pause", "job", "baet");
    assert.equal([bad.code, bad.stdout], [2, []]);
    assert.is(bad.stderr[0], 'clockd: there is no job "baet" in the ledger (did you mean beat?)');
    const { code, stdout } = await ask(rig, "pause", "job", "beat", "--json");
    assert.is(code, 0);
    const { jobs, leader } = JSON.parse(stdout[0]!);
    assert.equal(
      jobs.map((job: { job: string; changed: boolean }) => [job.job, job.changed]),
      [
        ["job", true],
        ["beat", true],
      ],
    );
    assert.type(leader, "string");
  });

  test("a resumed job that the file pauses stays paused, and it says so", async ({ rig }) => {
    await led(rig.clock());
    await ask(rig, "pause", "still");
    const { code, stdout } = await ask(rig, "resume", "still");
    assert.is(code, 0);
    assert.is(stdout[0], "still is resumed; the file still holds it: paused: true");
  });

  test("a job that no clock has ever led with is refused with advice", async ({ rig }) => {
    const clock = await led(rig.clock());
    await clock.stop();
    rig.write(`  job: {every: 1s, run: "true"}\n  fresh: {every: 1s, run: "true"}\n`);
    const { code, stderr } = await ask(rig, "pause", "fresh");
    assert.is(code, 2);
    assert.match(stderr[0]!, 'no clock has led with the job "fresh" yet');
  });

  test.run();
}

function ask({ file, url }: Rig, ...args: string[]) {
  return show([...args, "--config", file, "--broker", url], { env: { USER: "deploy" } });
}

async function led(clock: Clockd) {
  await clock.waitFor(event("clock.leading"), SOON, "a leader");
  return clock;
}

/** The slots of a job that a clock fired, ms. */
function slots(clock: Clockd, job: string): number[] {
  return events(clock, "fire.confirmed")
    .filter((entry) => entry.job === job)
    .map(({ slot }) => Date.parse(String(slot)));
}

/** Until three more slots have come and gone. */
async function threeBeats(clock: Clockd): Promise<void> {
  const from = clock.lines.length;
  let beats = 0;
  const isThird = (line: Clockd["lines"][number]) =>
    event("fire.confirmed", { job: "beat" })(line) && ++beats === 3;
  await clock.waitFor(isThird, SOON, "three beats", from);
}
