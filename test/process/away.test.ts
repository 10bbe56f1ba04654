import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runClockd } from "../support/process.ts";
import { createRig, event, events, type Rig, SOON } from "./rig.ts";
import { show } from "./shown.ts";

/** Nobody listens there. */
const AWAY = "amqp://127.0.0.1:1";

const test = suite<{ rig: Rig; silent: Server; accepted: Promise<unknown> }>(
  "a RabbitMQ that is away, or that accepts and never answers",
);

test.before.each(async (context) => {
  context.rig = createRig(AWAY);
  context.rig.write(`  job: {every: 1s, run: "true"}\n`);
  context.silent = createServer((socket) => void socket.on("error", () => {}));
  context.accepted = once(context.silent, "connection");
  context.silent.listen(0, "127.0.0.1");
  await once(context.silent, "listening");
});
test.after.each(async ({ rig, silent }) => {
  await rig.close();
  silent.close();
});

function urlOf(silent: Server): string {
  return `amqp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
}

test("is waited for, however it was named, and never replaced by a file", async ({ rig }) => {
  const jobs = rig.read();
  const naming = jobs.replace("jobs:", `broker: {url: "${AWAY}"}\njobs:`);
  for (const [args, env, file] of [
    [["--broker", AWAY], {}, jobs],
    [[], { CLOCKD_BROKER_URL: AWAY }, jobs],
    [[], { CLOUDAMQP_URL: AWAY }, jobs],
    [[], {}, naming],
  ] as const) {
    writeFileSync(rig.file, file);
    const daemons = [[], ["worker"]].map((mode) =>
      runClockd([...mode, ...args, "--log-level", "debug"], { cwd: rig.folder, env }),
    );
    try {
      for (const daemon of daemons) {
        const second = () => events(daemon, "broker.unreachable").length > 1;
        await daemon.waitFor(second, SOON, "it to have tried twice");
        assert.is(events(daemon, "broker.unreachable")[0]?.place, "rabbitmq 127.0.0.1:1");
      }
    } finally {
      for (const daemon of daemons) await daemon.stop();
    }
  }
  assert.equal(readdirSync(rig.folder), ["schedules.yml"]);
});

test("does not hold up Ctrl-C while a clock waits for it", async ({ rig }) => {
  const clock = rig.clock();
  await clock.waitFor(event("broker.unreachable"), SOON, "the failure");
  clock.signal("SIGINT");
  assert.equal(await clock.exited, { code: 0, signal: null });
});

test("does not hold up SIGTERM though it never answers", async ({ rig, silent, accepted }) => {
  const clock = rig.clock(["--broker", urlOf(silent)]);
  await accepted;
  const began = performance.now();
  clock.signal("SIGTERM");
  assert.equal(await clock.exited, { code: 0, signal: null });
  assert.ok(performance.now() - began < 4000, "it waited");
});

test("is given up after 10 s by a person's question", async ({ rig, silent }) => {
  const began = performance.now();
  const { code, stderr } = await show(["status", "-c", rig.file, "--broker", urlOf(silent)]);
  assert.equal([code, stderr.length], [69, 1]);
  assert.ok(performance.now() - began < 2 * SOON, `${performance.now() - began} ms`);
});

test.run();
