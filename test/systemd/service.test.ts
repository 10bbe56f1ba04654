import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createRig, event, events, type Rig, SOON } from "../process/rig.ts";
import { sqlite } from "../support/ground.ts";
import { type NotifySocket, openNotifySocket } from "../support/notify-socket.ts";
import { until } from "../support/until.ts";

const test = suite<{ rig: Rig; socket: NotifySocket }>("a service of systemd");

const JOBS = `  job: {every: 1d, run: 'env | grep -cE "^(NOTIFY|WATCHDOG)" || true'}\n`;

test.before.each(async (context) => {
  context.rig = createRig(sqlite().url);
  context.rig.write(JOBS);
  context.socket = await openNotifySocket(join(context.rig.folder, "notify"));
});
test.after.each(async ({ rig, socket }) => {
  await rig.close();
  await socket.close();
});

const told = (socket: NotifySocket, name: string, value: string) =>
  until(
    () => socket.messages.find((message) => message[name] === value),
    SOON,
    () => `${name}=${value} among ${JSON.stringify(socket.messages)}`,
  );

test("tells when the clock leads, reloads and stops, and how long the end may take", async ({
  rig,
  socket,
}) => {
  const clock = rig.clock([], { env: { NOTIFY_SOCKET: socket.path } });
  const ready = await told(socket, "READY", "1");
  assert.match(ready.STATUS!, /^leading \(epoch 1\); 1 job$/);
  assert.is(socket.messages.filter(({ WATCHDOG }) => WATCHDOG).length, 0);
  rig.write(`${JOBS}  other: {every: 1h, run: "true"}\n`);
  clock.signal("SIGHUP");
  const reloading = await told(socket, "RELOADING", "1");
  assert.match(reloading.MONOTONIC_USEC!, /^\d+$/);
  const after = () => socket.messages.slice(socket.messages.indexOf(reloading) + 1);
  const again = await until(
    () => after().find(({ READY }) => READY),
    SOON,
    "the end of the reload",
  );
  assert.match(again.STATUS!, /; 2 jobs$/);
  await clock.stop();
  const stopping = await told(socket, "STOPPING", "1");
  assert.equal(stopping, {
    STOPPING: "1",
    STATUS: "stopping on SIGTERM",
    EXTEND_TIMEOUT_USEC: "10000000",
  });
  assert.is(socket.messages.at(-1), stopping);
});

test("pings at half the watchdog's time, and not while its event loop stands still", async ({
  rig,
  socket,
}) => {
  const env = { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: "400000" };
  const clock = rig.clock([], { env });
  const pings = () => socket.messages.filter(({ WATCHDOG }) => WATCHDOG).length;
  await until(() => pings() >= 3, SOON, "three pings");
  clock.signal("SIGSTOP");
  const before = pings();
  const idle = rig.clock([], { env: { NOTIFY_SOCKET: join(rig.folder, "none") } });
  await idle.waitFor(event("process.not_told"), SOON, "the other clock");
  assert.ok(pings() - before <= 1, `${pings() - before} pings while it stood still`);
  clock.signal("SIGCONT");
  const stood = pings();
  await until(() => pings() > stood, SOON, "pings after it");
});

test("a watchdog of another process is not pinged, and commands know of neither", async ({
  rig,
  socket,
}) => {
  const env = { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: "200000", WATCHDOG_PID: "1" };
  const worker = rig.worker([], { env });
  const ready = await told(socket, "READY", "1");
  assert.is(ready.STATUS, "taking from default, 4 at once; 1 job");
  await rig.fire("job");
  await worker.waitFor(event("run.output", { line: "0" }), SOON, "a command without them");
  assert.is(socket.messages.filter(({ WATCHDOG }) => WATCHDOG).length, 0);
});

test("is ready, and says what it waits for, when the broker is away", async ({ rig, socket }) => {
  const env = { NOTIFY_SOCKET: socket.path };
  rig.clock(["--broker", "amqp://127.0.0.1:1"], { env });
  const ready = await told(socket, "READY", "1");
  assert.match(ready.STATUS!, /^waiting for the broker: cannot reach 127\.0\.0\.1:1/);
});

test("says once, and works, when systemd cannot be told", async ({ rig }) => {
  const env = { NOTIFY_SOCKET: join(rig.folder, "nobody"), WATCHDOG_USEC: "200000" };
  const clock = rig.up([], { env });
  const { entry } = await clock.waitFor(event("process.not_told"), SOON, "the warning");
  assert.match(String(entry.msg), /systemd-notify and NotifyAccess=all/);
  await clock.waitFor(event("worker.taking"), SOON, "it to work");
  await clock.stop();
  assert.is(events(clock, "process.not_told").length, 1);
});

test.run();
