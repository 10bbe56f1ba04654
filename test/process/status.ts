import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "../support/folder.ts";
import type { Ground } from "../support/ground.ts";
import { uniqueNamespace } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { createRig, event, type Rig, SOON } from "./rig.ts";
import { show } from "./shown.ts";

export function status(ground: Ground): void {
  const test = suite<{ rig: Rig }>(`${ground.name}: clockd status`);

  test.before.each((context) => {
    context.rig = createRig(ground.url);
  });
  test.after.each(({ rig }) => rig.close());

  const nameOf = ({ leader }: { leader: { clock: string } | null }) => leader?.clock ?? null;
  const isOf = (clock: string | null, pid: number) => clock?.endsWith(`:${pid}`) === true;

  test("names the leader and the standby, and after the leader's end the one that took over", async ({
    rig,
  }) => {
    rig.write(`  job: {every: 1h, run: "true"}\n`);
    const nobody = await ask(rig, "--json");
    assert.equal([nobody.code, nobody.stdout], [1, []]);
    assert.match(nobody.stderr[0]!, "no clock has run");
    const first = rig.clock();
    await first.waitFor(event("clock.leading"), SOON, "a leader");
    const second = rig.clock();
    await second.waitFor(event("clock.standing_by"), SOON, "a standby");
    const both = await until(
      async () => {
        const said = await json(rig);
        return said.standbys.length > 0 && said;
      },
      SOON,
      "the standby in the status",
    );
    assert.ok(isOf(nameOf(both), first.pid), JSON.stringify(both));
    assert.ok(isOf(both.standbys[0].clock, second.pid), JSON.stringify(both));
    assert.is(both.leader.silent, false);
    const people = (await ask(rig)).stdout;
    assert.match(people[0]!, /^broker +\S+ \S+, namespace process-/);
    assert.match(people[0]!, ground.place);
    const since = new RegExp(`^leader +\\S+:${first.pid} since .*, epoch 1, last heard of `);
    assert.match(people[1]!, since);
    // The leader has the same.
    assert.match(people.find((line) => line.startsWith("file"))!, /schedules\.yml$/);
    assert.match(people[2]!, new RegExp(`^standbys +\\S+:${second.pid} \\(`));
    await first.stop();
    await second.waitFor(event("clock.leading"), SOON, "the takeover");
    const after = await json(rig);
    assert.ok(isOf(nameOf(after), second.pid), JSON.stringify(after));
    assert.equal([after.epoch, after.standbys], [2, []]);
    await second.stop();
    const last = await json(rig);
    assert.equal([last.leader, last.epoch], [null, 2]);
    assert.match((await ask(rig)).stdout[1]!, /^leader +none \(the last epoch was 2\)$/);
  });

  test("says of each job its last slot, its next one and how its last run ended", async ({
    rig,
  }) => {
    rig.write(`  good: {every: 1s, run: "true"}
  bad: {every: 1s, run: exit 3}
  rare: {cron: "0 0 1 1 *", run: "true"}
`);
    const worker = rig.worker();
    rig.clock();
    for (const job of ["good", "bad"]) {
      await worker.waitFor(event("run.finished", { job }), SOON, "a run");
    }
    const said = await until(
      async () => {
        const status = await json(rig);
        return status.jobs[0].lastRun && status.jobs[1].lastRun && status;
      },
      SOON,
      "the ends of the runs",
    );
    const [good, bad, rare] = said.jobs;
    assert.equal([good.lastRun.ok, good.lastRun.exitCode], [true, 0]);
    assert.equal([bad.lastRun.ok, bad.lastRun.exitCode], [false, 3]);
    for (const { lastFire, nextSlot } of [good, bad]) {
      assert.ok(Date.parse(lastFire.slot) < Date.parse(nextSlot));
      assert.is(Date.parse(nextSlot) % 1000, 0);
    }
    assert.equal([rare.lastFire, rare.lastRun, rare.inLedger], [null, null, true]);
    assert.match(rare.nextSlot, /-01-01T00:00:00\.000Z$/);
    const { stdout } = await ask(rig);
    assert.match(stdout.join("\n"), /\nJOB +LAST SLOT +NEXT SLOT +LAST RUN/);
    assert.match(stdout.join("\n"), /\nbad .* failed \(exit code 3\), /);
  });

  test("needs no file: then it has no next slots, and says why", async ({ rig }) => {
    rig.write(`  job: {every: 1h, run: "true"}\n`);
    const clock = rig.clock();
    await clock.waitFor(event("clock.leading"), SOON, "a leader");
    const elsewhere = temporaryFolder("elsewhere");
    const args = ["status", "--namespace", rig.namespace, "--json"];
    const env = { CLOCKD_BROKER_URL: rig.url };
    const { code, stdout } = await show(args, { cwd: elsewhere.path, env });
    const people = await show(args.slice(0, -1), { cwd: elsewhere.path, env });
    elsewhere.remove();
    assert.is(code, 0);
    const said = JSON.parse(stdout[0]!);
    assert.equal([said.file, said.jobs.length, said.jobs[0].nextSlot], [null, 1, null]);
    assert.match(
      people.stdout.join("\n"),
      /\nfile +no next slots: there is no schedules\.yml here/,
    );
    assert.not.match(people.stdout.join("\n"), "NEXT SLOT");
  });

  test("takes the schedules.yml that lies here, unless it is of another namespace", async ({
    rig,
  }) => {
    const job = `  job: {every: 1h, run: "true"}\n`;
    const namespace = uniqueNamespace("other");
    for (const name of [namespace, rig.namespace]) {
      rig.write(job, name);
      const clock = rig.clock();
      await clock.waitFor(event("clock.leading"), SOON, "a leader");
      await clock.stop();
    }
    const here = { cwd: rig.folder, env: { CLOCKD_BROKER_URL: rig.url } };
    const found = await show(["status", "--json"], here);
    const said = JSON.parse(found.stdout[0]!);
    assert.equal([said.namespace, said.file], [rig.namespace, "schedules.yml"]);
    const other = await show(["status", "--namespace", namespace], here);
    assert.match(other.stdout.join("\n"), `is of the namespace ${rig.namespace}`);
  });

  test("--check tells by its exit code whether a clock leads", async ({ rig }) => {
    rig.write(`  job: {every: 1h, run: "true"}\n`);
    const nobody = await ask(rig, "--check");
    assert.equal([nobody.code, nobody.stdout.length, nobody.stderr.length], [1, 0, 1]);
    const clock = rig.clock();
    await clock.waitFor(event("clock.leading"), SOON, "a leader");
    const fine = await ask(rig, "--check");
    assert.equal([fine.code, fine.stderr, fine.stdout.length], [0, [], 1]);
    assert.match(fine.stdout[0]!, new RegExp(`:${clock.pid} leads \\(epoch 1\\)$`));
    const both = await ask(rig, "--check", "--json");
    assert.equal(
      [both.code, nameOf(JSON.parse(both.stdout[0]!))?.endsWith(`:${clock.pid}`)],
      [0, true],
    );
    await clock.stop();
    const { code, stdout, stderr } = await ask(rig, "--check");
    assert.equal([code, stdout, stderr.length], [1, [], 1]);
    assert.match(stderr[0]!, /no clock leads in the namespace process-\S+: start one/);
  });

  test("a broker that cannot be used is exit code 69, with one line", async ({ rig }) => {
    rig.write(`  job: {every: 1h, run: "true"}\n`);
    const unusable = ground.unusable(rig.file);
    const { code, stdout, stderr } = await show(["status", "-c", rig.file, "--broker", unusable]);
    assert.equal([code, stdout, stderr.length], [69, [], 1]);
    assert.match(stderr[0]!, ground.whyUnusable);
    assert.not.match(stderr[0]!, "s3cr3t");
  });

  test.run();
}

function ask({ file, url }: Rig, ...args: string[]) {
  return show(["status", "--config", file, "--broker", url, ...args]);
}

async function json(rig: Rig) {
  const { code, stdout, stderr } = await ask(rig, "--json");
  assert.equal([code, stdout.length, stderr], [0, 1, []]);
  return JSON.parse(stdout[0]!);
}
