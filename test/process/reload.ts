import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Ground } from "../support/ground.ts";
import { runClockd } from "../support/process.ts";
import { createRig, event, events, type Rig, SOON, slotsOf } from "./rig.ts";

export function reload(ground: Ground): void {
  const test = suite<{ rig: Rig }>(`${ground.name}: an edit of the file`);

  test.before.each((context) => {
    context.rig = createRig(ground.url);
  });
  test.after.each(({ rig }) => rig.close());

  test("a bad edit changes nothing and says where it is wrong; a good one is swapped in", async ({
    rig,
  }) => {
    rig.write(`  steady: {every: 1s, run: "true"}\n`);
    const clock = rig.clock();
    await clock.waitFor(event("fire.confirmed"), SOON, "a fire");
    rig.write(`  steady: {every: 1s, run: "true", timezon: UTC}\n`);
    const problem = await clock.waitFor(event("config.problem"), SOON, "the problem");
    assert.match(String(problem.entry.msg), /schedules\.yml:4:\d+ error CONFIG_UNKNOWN_KEY/);
    assert.match(String(problem.entry.msg), "timezone");
    await clock.waitFor(event("config.refused"), SOON, "the refusal");
    const seen = clock.lines.length;
    await clock.waitFor(event("fire.confirmed", { job: "steady" }), SOON, "a later fire", seen);
    rig.write(`  steady: {every: 1s, run: "true"}\n  added: {every: 1s, run: "true"}\n`);
    const reloaded = await clock.waitFor(event("config.reloaded"), SOON, "the reload");
    assert.equal(reloaded.entry.added, ["added"]);
    assert.equal(reloaded.entry.changed, []);
    await clock.waitFor(event("fire.confirmed", { job: "added" }), SOON, "the new job");
    await clock.stop();
    assertUnbroken(slotsOf(await rig.takeFires(), "steady"), "steady");
  });

  test("500 edits in a row lose no slot and double none", async ({ rig }) => {
    const jobs = (n: number) => `  steady: {every: 1s, run: "true"}
  rewritten: {${n % 2 ? "every: 1s" : 'cron: "* * * * * *"'}, run: "true"}
  refilled: {every: 1s, run: "true", payload: ${n}, description: edit ${n}}
${n % 3 ? `  other-${n}: {every: 1h, run: "true"}\n` : ""}`;
    rig.write(jobs(0));
    const clock = rig.clock();
    await clock.waitFor(event("clock.leading"), SOON, "the clock to lead");
    let seen = 0;
    for (let n = 1; n <= 500; n++) {
      // Every tenth is broken, and must be as if it had not been.
      rig.write(n % 10 === 0 ? `${jobs(n)}  broken: {every: 1s}\n` : jobs(n));
      clock.signal("SIGHUP");
      const wanted = n % 10 === 0 ? event("config.refused") : event("config.reloaded");
      await clock.waitFor(wanted, SOON, `edit ${n}`, seen);
      seen = clock.lines.length;
    }
    await clock.waitFor(event("fire.confirmed"), SOON, "a fire after the last edit", seen);
    assert.is((await clock.stop()).code, 0);
    const fires = await rig.takeFires();
    for (const job of ["steady", "rewritten", "refilled"]) assertUnbroken(slotsOf(fires, job), job);
    assert.is(fires.filter(({ headers }) => headers["x-clockd-maybe-duplicate"]).length, 0);
    assert.is(events(clock, "slots.missed").length, 0);
  });

  test("an unchanged job's next slot is untouched by edits around it", async ({ rig }) => {
    rig.write(`  other: {every: 30h, run: "true"}\n`);
    const clock = rig.clock();
    await clock.waitFor(event("clock.leading"), SOON, "the clock to lead");
    // Only now: nobody knows how long a start takes.
    const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3000).toISOString();
    for (let n = 0; n < 20; n++) {
      rig.write(`  once: {at: "${at}", run: "true"}\n  other: {every: ${n + 1}h, run: "true"}\n`);
      clock.signal("SIGHUP");
      await clock.waitFor(event("config.reloaded"), SOON, `edit ${n}`);
    }
    await clock.waitFor(event("fire.confirmed", { job: "once" }), SOON, "the fire");
    await clock.stop();
    assert.equal(slotsOf(await rig.takeFires(), "once"), [Date.parse(at)]);
  });

  test("a file that is deleted stays in force, and is read when it comes back", async ({ rig }) => {
    rig.write(`  steady: {every: 1s, run: "true"}\n`);
    const clock = rig.clock();
    await clock.waitFor(event("fire.confirmed"), SOON, "a fire");
    unlinkSync(rig.file);
    await clock.waitFor(event("config.refused"), SOON, "the refusal");
    const seen = clock.lines.length;
    await clock.waitFor(event("fire.confirmed"), SOON, "a later fire", seen);
    rig.write(`  steady: {every: 1s, run: "true"}\n  back: {every: 1s, run: "true"}\n`);
    await clock.waitFor(event("fire.confirmed", { job: "back" }), SOON, "the new job");
    await clock.stop();
    assertUnbroken(slotsOf(await rig.takeFires(), "steady"), "steady");
  });

  test("a ConfigMap that Kubernetes swaps by its symlink is noticed", async ({ rig }) => {
    const mount = join(rig.folder, "mount");
    const version = (n: number, jobs: string) => {
      mkdirSync(join(mount, `..v${n}`), { recursive: true });
      const text = `version: 1\nnamespace: ${rig.namespace}\njobs:\n${jobs}`;
      writeFileSync(join(mount, `..v${n}`, "schedules.yml"), text);
      symlinkSync(`..v${n}`, join(mount, "..data_tmp"));
      renameSync(join(mount, "..data_tmp"), join(mount, "..data"));
    };
    version(1, `  one: {every: 1s, run: "true"}\n`);
    symlinkSync("..data/schedules.yml", join(mount, "schedules.yml"));
    const file = join(mount, "schedules.yml");
    const clock = runClockd(["--config", file, "--broker", rig.url]);
    try {
      await clock.waitFor(event("fire.confirmed", { job: "one" }), SOON, "a fire");
      version(2, `  one: {every: 1s, run: "true"}\n  two: {every: 1s, run: "true"}\n`);
      rmSync(join(mount, "..v1"), { recursive: true });
      await clock.waitFor(event("fire.confirmed", { job: "two" }), SOON, "the new job");
    } finally {
      await clock.stop();
    }
  });

  test("a worker takes commands from its own file, and edits touch no running one", async ({
    rig,
  }) => {
    rig.write(`  job: {every: 1s, run: sleep 3; echo old}\n`);
    const worker = rig.worker();
    await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
    rig.clock();
    const started = await worker.waitFor(event("run.started"), SOON, "a run");
    rig.write(`  job: {every: 1s, run: echo new}\n`);
    await worker.waitFor(event("config.reloaded"), SOON, "the reload");
    await worker.waitFor(event("run.output", { line: "new" }), SOON, "the new command");
    const { fire } = started.entry;
    await worker.waitFor(event("run.output", { fire, line: "old" }), SOON, "the old one's end");
  });

  test("a run whose job leaves the file or gets a shorter timeout ends as it was started", async ({
    rig,
  }) => {
    const waiting = "echo ready; while ! [ -e go ]; do sleep 0.05; done; echo done";
    rig.write(`  gone: {every: 1d, run: "${waiting}"}
  shorter: {every: 1d, overlap: allow, run: "${waiting}"}
`);
    const worker = rig.worker(["--queue", "default"]);
    await worker.waitFor(event("worker.taking"), SOON, "the worker to take");
    for (const job of ["gone", "shorter"]) {
      await rig.fire(job);
      await worker.waitFor(event("run.output", { job, line: "ready" }), SOON, job);
    }
    rig.write(
      `  shorter: {every: 1d, overlap: allow, run: echo new; sleep 60, timeout: 1s, kill_after: 1s}\n`,
    );
    worker.signal("SIGHUP");
    await worker.waitFor(event("config.reloaded"), SOON, "the reload");
    const slot = "2026-12-01T09:00:00Z";
    await rig.put(JSON.stringify({ version: 1, job: "shorter", slot }));
    const timedOut = event("run.finished", { outcome: "timed-out" });
    assert.is((await worker.waitFor(timedOut, SOON, "a later run")).entry.fire, `shorter@${slot}`);
    assert.is(events(worker, "run.finished").length, 1);
    rig.touch("go");
    for (const job of ["gone", "shorter"]) {
      await worker.waitFor(event("run.output", { job, line: "done" }), SOON, `the end of ${job}`);
      await worker.waitFor(event("run.finished", { job, ok: true }), SOON, `the end of ${job}`);
    }
  });

  test.run();
}

/** Every second from the first to the last, each once. */
function assertUnbroken(slots: number[], job: string): void {
  assert.ok(slots.length > 0, `${job} never fired`);
  const first = slots[0]!;
  const wanted = Array.from({ length: slots.length }, (_, n) => first + n * 1000);
  assert.equal(slots, wanted, job);
}
