import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Clockd, runClockd } from "../support/process.ts";
import { sharedBroker } from "../support/shared.ts";
import { createRig, event, events, type Rig, SOON } from "./rig.ts";

const test = suite<{ rig: Rig }>("moving from the embedded broker to RabbitMQ");
const url = sharedBroker();

test.before.each((context) => {
  context.rig = createRig(url);
});
test.after.each(({ rig }) => rig.close());

/** `clockd` and `clockd worker` in the folder of the file, with no flag, until a job was run. */
async function runThere({ folder }: Rig, env: Record<string, string>): Promise<Clockd[]> {
  const both = [[], ["worker"]].map((args) => runClockd(args, { cwd: folder, env }));
  const [clock, worker] = both as [Clockd, Clockd];
  try {
    const inTime = event("fire.confirmed", { job: "hello", catchUp: false });
    const { fire } = (await clock.waitFor(inTime, SOON, "a fire")).entry;
    const output = event("run.output", { fire, line: `hello ${fire}` });
    await worker.waitFor(output, SOON, "its output");
    await worker.waitFor(event("run.finished", { fire, ok: true }), SOON, "its end");
  } finally {
    for (const clockd of both) await clockd.stop();
  }
  return both;
}

function placesOf(both: Clockd[]): unknown[] {
  return both.map((clockd) => events(clockd, "broker.connected").map(({ place }) => place));
}

/** Everything in a folder, by name. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "hex")]));
}

test("the same file with the same commands goes there by one URL, and the old file is left alone", async ({
  rig,
}) => {
  rig.write(`  hello: {every: 1s, run: 'echo "hello $CLOCKD_FIRE"'}\n`);
  const folder = join(rig.folder, ".clockd");
  const modeOf = (path: string) => statSync(path).mode & 0o777;

  const embedded = await runThere(rig, {});
  assert.equal(placesOf(embedded), [["sqlite .clockd/clockd.db"], ["sqlite .clockd/clockd.db"]]);
  assert.equal(readdirSync(rig.folder).sort(), [".clockd", "schedules.yml"]);
  assert.is(modeOf(folder), 0o700);
  assert.is(modeOf(join(folder, "clockd.db")), 0o600);
  const left = contents(folder);

  const moved = await runThere(rig, { CLOCKD_BROKER_URL: url });
  const place = `rabbitmq 127.0.0.1:${new URL(url).port}`;
  assert.equal(placesOf(moved), [[place], [place]]);
  assert.equal(contents(folder), left);
  assert.equal(readdirSync(rig.folder).sort(), [".clockd", "schedules.yml"]);
  // Another broker has another ledger: nothing is late there.
  const late = events(moved[0]!, "fire.confirmed").filter(({ catchUp }) => catchUp);
  assert.equal(late, []);
});

test.run();
