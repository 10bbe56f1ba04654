import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Ground } from "../support/ground.ts";
import { until } from "../support/until.ts";
import { createRig, event, type Rig, SOON } from "./rig.ts";
import { show } from "./shown.ts";

export function history(ground: Ground): void {
  const test = suite<{ rig: Rig }>(`${ground.name}: clockd history`);

  /** Made once, since it takes long; nobody adds to it. */
  let story: Promise<{ rig: Rig; fire: string }> | undefined;

  test.before.each((context) => {
    context.rig = createRig(ground.url);
  });
  test.after.each(({ rig }) => rig.close());
  test.after(async () => (await story)?.rig.close());

  /** A clock and a worker that fire and run `reports` once, and end. */
  function told(): Promise<{ rig: Rig; fire: string }> {
    return (story ??= tell(createRig(ground.url)));
  }

  test("shows what happened, in order", async () => {
    const { rig, fire } = await told();
    const all = await items(rig);
    assert.equal(
      all.map(({ event, job }) => [event, job].join(" ").trim()),
      [
        "leading",
        "added",
        "triggered reports",
        "fired reports",
        "ran reports",
        "paused other",
        "resumed other",
        "resigned",
      ],
    );
    const [leading, added, triggered, fired, ran] = all;
    assert.match(leading.clock, /:\d+$/);
    assert.equal(added.jobs, ["reports", "other"]);
    assert.equal([triggered.fire, fired.fire, ran.fire], [fire, fire, fire]);
    assert.equal([fired.triggered, fired.catchUp, fired.epoch], [true, false, leading.epoch]);
    assert.equal([ran.ok, ran.outcome, ran.exitCode, ran.attempt], [false, "exited", 3, 1]);
    assert.ok(ran.duration >= 0 && Date.parse(ran.startedAt) <= Date.parse(ran.endedAt));
    const { stdout } = await ask(rig, "history");
    assert.match(stdout[0]!, /^TIME +EVENT +JOB +WHAT$/);
    assert.is(stdout.length, 9);
    assert.match(stdout[4]!, /fired +reports +\S+Z, triggered$/);
    assert.match(stdout[5]!, /ran +reports +failed \(exit code 3\) after /);
  });

  test("shows only what happened in the time that is asked for", async () => {
    const { rig } = await told();
    const paused = (await items(rig)).find(({ event }) => event === "paused");
    const since = await items(rig, "--since", paused.at);
    assert.equal(
      since.map(({ event }) => event),
      ["paused", "resumed", "resigned"],
    );
    const before = await items(rig, "--until", paused.at);
    assert.equal([before.length, before.at(-1).event], [6, "paused"]);
    assert.is((await items(rig, "--since", "-1h")).length, 8);
    assert.is((await items(rig, "--since", "1h", "--until=+30m")).length, 0);
    const none = await ask(rig, "history", "--since", "2099-01-01");
    assert.equal(none, {
      code: 0,
      stdout: [],
      stderr: ["clockd: nothing happened in that time"],
    });
  });

  test("shows the newest within the limit, and says how many there are before them", async () => {
    const { rig } = await told();
    const { code, stdout, stderr } = await ask(rig, "history", "--json", "--limit", "2");
    assert.is(code, 0);
    assert.equal(
      stdout.map((line) => JSON.parse(line).event),
      ["resumed", "resigned"],
    );
    assert.equal(stderr, [
      "clockd: only the newest 2 are shown, 6 more are older: --limit shows more",
    ]);
  });

  test("shows only one job's when it is named", async () => {
    const { rig } = await told();
    assert.equal(
      (await items(rig, "other")).map(({ event }) => event),
      ["added", "paused", "resumed"],
    );
    const quiet = await ask(rig, "history", "other", "--since", "-0s");
    assert.equal([quiet.code, quiet.stderr], [0, ["clockd: nothing happened in that time"]]);
    const unknown = await ask(rig, "history", "othre");
    assert.equal([unknown.code, unknown.stdout], [2, []]);
    assert.is(
      unknown.stderr[0],
      'clockd: there is no job "othre" in the ledger (did you mean other?)',
    );
  });

  test("shows what was missed while no clock led, and why", async ({ rig }) => {
    rig.write(`  job: {every: 1s, run: "true", catch_up: {run: none}}\n`);
    const first = rig.clock();
    await first.waitFor(event("fire.confirmed"), SOON, "a fire");
    await first.stop();
    const stopped = Date.now();
    await until(() => Date.now() > stopped + 1500, SOON, "a slot to pass");
    const second = rig.clock();
    await second.waitFor(event("slots.missed"), SOON, "the record");
    await second.stop();
    const missed = (await items(rig, "job")).find(({ event }) => event === "missed");
    assert.ok(missed.count >= 1);
    assert.type(missed.reason, "string");
    assert.ok(Date.parse(missed.first) <= Date.parse(missed.last));
    const [status] = (await ask(rig, "status", "--json")).stdout;
    const [job] = JSON.parse(status!).jobs;
    assert.equal([job.missed, job.lastMissed.reason], [missed.count, missed.reason]);
  });

  test.run();
}

function ask({ file, url }: Rig, ...args: string[]) {
  return show([...args, "--config", file, "--broker", url]);
}

async function items(rig: Rig, ...args: string[]) {
  const { code, stdout, stderr } = await ask(rig, "history", "--json", ...args);
  assert.is(code, 0, stderr.join());
  return stdout.map((line) => JSON.parse(line));
}

async function tell(rig: Rig): Promise<{ rig: Rig; fire: string }> {
  rig.write(`  reports: {cron: "0 0 1 1 *", run: exit 3}
  other: {cron: "0 0 1 1 *", run: "true"}
`);
  const worker = rig.worker();
  const clock = rig.clock();
  await clock.waitFor(event("clock.leading"), SOON, "the leader");
  const { stdout } = await ask(rig, "trigger", "reports");
  const [fire] = stdout;
  await worker.waitFor(event("run.finished", { fire }), SOON, "the run");
  await worker.stop();
  await ask(rig, "pause", "other");
  await ask(rig, "resume", "other");
  await clock.stop();
  return { rig, fire: fire! };
}
