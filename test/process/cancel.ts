import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Ground } from "../support/ground.ts";
import { createRig, event, type Rig, SOON } from "./rig.ts";
import { show } from "./shown.ts";

export function cancel(ground: Ground): void {
  const test = suite<{ rig: Rig }>(`${ground.name}: clockd cancel`);

  test.before.each((context) => {
    context.rig = createRig(ground.url);
    context.rig.write(`  long: {every: 1s, queue: a, run: "touch begun; sleep 60"}
  stubborn: {every: 1s, queue: b, kill_after: 300ms, run: "trap '' TERM; sleep 60 & wait; sleep 60"}
  fails: {every: 1s, queue: c, overlap: allow, run: "exit 1", retry: {attempts: 2, delay: 1h, max_delay: 1h}}
`);
  });
  test.after.each(({ rig }) => rig.close());

  const ask = (rig: Rig, ...words: string[]) =>
    show([...words, "--broker", rig.url, "--config", rig.file]);

  /** Lets the clock fire until a run of the job has begun, and gives its fire. */
  async function begun(rig: Rig, job: string, queue: string) {
    const worker = rig.worker(["--queue", queue, "--drain", "0s"]);
    const clock = rig.clock();
    const { entry } = await worker.waitFor(event("run.started", { job }), SOON, "a run");
    await clock.stop();
    return { worker, fire: String(entry.fire) };
  }

  test("ends a run that is going, which is recorded and not tried again", async ({ rig }) => {
    const { worker, fire } = await begun(rig, "long", "a");
    const { code, stdout } = await ask(rig, "cancel", fire);
    assert.is(code, 0);
    assert.match(
      stdout[0]!,
      new RegExp(`^${fire}: \\S+:${worker.pid}, which has it for .*end it$`),
    );
    await worker.waitFor(event("run.finished", { fire }), SOON, "its end");
    const story = await ask(rig, "history", "long", "--json");
    const items = story.stdout.map((line) => JSON.parse(line));
    const end = items.find((item) => item.event === "finished" || item.event === "ran");
    assert.equal([end.fire, end.end, end.signal], [fire, "cancelled", "SIGTERM"]);
    assert.match(end.reason, /^cancelled by \S+@/);
    const again = await ask(rig, "cancel", fire);
    assert.equal([again.code, again.stderr], [1, [`clockd: the run of ${fire} has ended already`]]);
  });

  test("KILLs a run that does not heed TERM, by the name of its job", async ({ rig }) => {
    const { worker, fire } = await begun(rig, "stubborn", "b");
    const { code, stdout } = await ask(rig, "cancel", "stubborn", "--json");
    assert.is(code, 0);
    const [found] = JSON.parse(stdout[0]!).fires;
    assert.equal([found.fire, found.state, found.attempt], [fire, "going", 1]);
    const { entry } = await worker.waitFor(event("run.finished", { fire }), SOON, "its end");
    assert.is(entry.signal, "SIGKILL");
  });

  test("lets a next attempt not be run", async ({ rig }) => {
    const worker = rig.worker(["--queue", "c"]);
    const clock = rig.clock();
    const retrying = await worker.waitFor(event("run.retrying"), SOON, "a failure");
    await clock.stop();
    const { fire } = retrying.entry;
    const { stdout } = await ask(rig, "cancel", String(fire));
    assert.equal(stdout, [`${fire}: attempt 2 will not be run`]);
  });

  test("lets a fire that no worker has begun not be run", async ({ rig }) => {
    const clock = rig.clock();
    const { entry } = await clock.waitFor(event("fire.confirmed", { job: "long" }), SOON, "a fire");
    await clock.stop();
    const fire = String(entry.fire);
    const { stdout } = await ask(rig, "cancel", fire);
    assert.equal(stdout, [`${fire}: no worker has begun it; it will not be run`]);
    const worker = rig.worker(["--queue", "a"]);
    const skipped = await worker.waitFor(event("run.skipped", { fire }), SOON, "its end");
    assert.is(skipped.entry.why, "cancelled");
  });

  test("says what is odd about a name, and changes nothing", async ({ rig }) => {
    const { fire } = await begun(rig, "long", "a");
    for (const [words, said] of [
      [["lon"], /there is no job "lon" in the ledger.*long/],
      [["long@today"], /"long@today" is not the id of a fire/],
      [[fire, "fail"], /there is no job "fail"/],
    ] as const) {
      const { code, stderr } = await ask(rig, "cancel", ...words);
      assert.is(code, 2);
      assert.match(stderr[0]!, said);
    }
    const { stdout } = await ask(rig, "history", "long", "--json");
    assert.not.ok(stdout.some((line) => JSON.parse(line).event === "cancel"));
  });

  test.run();
}
