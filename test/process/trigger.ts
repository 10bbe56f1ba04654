import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Ground } from "../support/ground.ts";
import { type Clockd, type ClockdOptions, runClockd } from "../support/process.ts";
import { until } from "../support/until.ts";
import { createRig, event, events, type Rig, SOON } from "./rig.ts";
import { show } from "./shown.ts";

const JOBS = `  reports:
    cron: "0 0 1 1 *"
    run: 'read body; echo "$CLOCKD_FIRE $body"'
    payload: {kind: short}
`;

export function trigger(ground: Ground): void {
  const test = suite<{ rig: Rig }>(`${ground.name}: clockd trigger`);

  test.before.each((context) => {
    context.rig = createRig(ground.url);
    context.rig.write(JOBS);
  });
  test.after.each(({ rig }) => rig.close());

  test("a payload reaches a worker, which runs the command with it", async ({ rig }) => {
    const worker = rig.worker();
    await led(rig);
    const env = { USER: "deploy" };
    const { code, stdout, stderr } = await ask(rig, ["reports", "--payload", '{"kind":"long"}'], {
      env,
    });
    assert.equal([code, stdout.length, stderr], [0, 1, []]);
    const fire = stdout[0]!;
    assert.match(fire, /^reports@\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const line = await worker.waitFor(event("run.output", { fire }), SOON, "its output");
    assert.is(line.entry.line, `${fire} {"kind":"long"}`);
    await worker.waitFor(event("run.finished", { fire, ok: true }), SOON, "its end");
  });

  test("the payload may come from standard input, and without one it is the job's own", async ({
    rig,
  }) => {
    const worker = rig.worker();
    await led(rig);
    const piped = await ask(rig, ["reports", "--payload", "-"], { input: "[1, 2]\n" });
    const own = await ask(rig, ["reports", "--json"]);
    const answer = JSON.parse(own.stdout[0]!);
    assert.equal([answer.state, answer.job, answer.reason], ["fired", "reports", null]);
    for (const [fire, body] of [
      [piped.stdout[0]!, "[1,2]"],
      [answer.fire, '{"kind":"short"}'],
    ]) {
      const line = await worker.waitFor(event("run.output", { fire }), SOON, "its output");
      assert.is(line.entry.line, `${fire} ${body}`);
    }
  });

  test("without a clock it is recorded, and the next clock fires it, once", async ({ rig }) => {
    const clock = await led(rig);
    await clock.stop();
    const { code, stdout, stderr } = await ask(rig, ["reports", "--wait", "100ms"]);
    assert.equal([code, stdout.length], [0, 1]);
    const [fire] = stdout;
    assert.equal(stderr, [
      "clockd: it is recorded, and no clock has fired it yet: no clock leads now",
    ]);
    const next = rig.clock();
    await next.waitFor(event("fire.confirmed", { fire }), SOON, "the fire");
    await next.stop();
    const third = rig.clock();
    await third.waitFor(event("clock.leading"), SOON, "the third leader");
    // What it would fire by mistake would come before this.
    const again = await ask(rig, ["reports"]);
    await third.waitFor(event("fire.confirmed", { fire: again.stdout[0] }), SOON, "the second");
    assert.is(events(third, "fire.confirmed").length, 1);
  });

  test("a job that the clock does not have is exit code 1, with the reason", async ({ rig }) => {
    await led(rig);
    const other = join(rig.folder, "other.yml");
    writeFileSync(
      other,
      `version: 1\nnamespace: ${rig.namespace}\njobs:\n  new: {every: 1h, run: "true"}\n`,
    );
    const args = ["trigger", "new", "--config", other, "--broker", rig.url];
    const { code, stdout, stderr } = await show(args);
    assert.equal([code, stdout], [1, []]);
    assert.match(stderr[0]!, /^clockd: new@\S+ was not fired: there is no such job$/);
  });

  test("an unknown job or a payload that is no JSON is exit code 2, and nothing is recorded", async ({
    rig,
  }) => {
    const clock = await led(rig);
    for (const [args, expected] of [
      [["reprots"], /^clockd: there is no job "reprots" \(did you mean reports\?\)$/],
      [["reports", "--payload", '{"a": x}'], /--payload is not JSON from line 1, column 7 on$/],
      [["reports", "--payload", "-"], /standard input is not JSON from line 1, column 1 on$/],
      [["reports", "--wait", "soon"], /--wait takes a duration/],
      [[], /Not enough non-option arguments/],
    ] as const) {
      const { code, stdout, stderr } = await ask(rig, [...args]);
      assert.equal([code, stdout], [2, []], args.join(" "));
      assert.match(stderr[0]!, expected);
    }
    const { stdout } = await ask(rig, ["reports"]);
    await clock.waitFor(event("fire.confirmed", { fire: stdout[0] }), SOON, "the good one");
    assert.is(events(clock, "job.triggered").length, 1);
  });

  test("a wait for a clock that is not there is ended by Ctrl-C", async ({ rig }) => {
    await (await led(rig)).stop();
    const args = ["trigger", "reports", "--wait", "1h", "--config", rig.file, "--broker", rig.url];
    const waiting = runClockd(args);
    const pending = async () => {
      const status = await show(["status", "--json", "--config", rig.file, "--broker", rig.url]);
      return JSON.parse(status.stdout[0]!).triggers.length === 1;
    };
    await until(pending, SOON, "the request in the ledger");
    waiting.signal("SIGINT");
    assert.equal(await waiting.exited, { code: null, signal: "SIGINT" });
  });

  test.run();
}

function ask({ file, url }: Rig, args: string[], options?: ClockdOptions) {
  return show(["trigger", ...args, "--config", file, "--broker", url], options);
}

async function led(rig: Rig): Promise<Clockd> {
  const clock = rig.clock();
  await clock.waitFor(event("clock.leading"), SOON, "the leader");
  return clock;
}
