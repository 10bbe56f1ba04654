import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "amqplib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { processesWith } from "./processes.ts";
import { type Rabbitmq, startRabbitmq } from "./rabbitmq.ts";
import { until } from "./until.ts";

const test = suite<{ broker: Rabbitmq }>("a RabbitMQ for a test");

test.before(async (context) => {
  context.broker = await startRabbitmq({ config: { heartbeat: "7" } });
});

test.after(({ broker }) => broker.stop());

test("says its version, and has the configuration it was given", async ({ broker }) => {
  const connection = await connect(broker.url);
  assert.match(broker.version, /^[34]\.\d+\.\d+$/);
  const { heartbeat } = connection.connection as unknown as { heartbeat: number };
  assert.is(heartbeat, 7);
  await connection.close();
});

test("answers nothing while it is frozen, and everything afterwards", async ({ broker }) => {
  broker.freeze();
  const answered = connect(broker.url).then((connection) => connection.close());
  let early = false;
  answered.then(() => {
    early = true;
  });
  // The system accepts the connection for it; only the server itself says hello.
  const socket = connectSocket(broker.port, "127.0.0.1").on("error", () => {});
  await once(socket, "connect");
  socket.destroy();
  assert.is(early, false);
  broker.thaw();
  await answered;
});

test("keeps a confirmed message through a kill, and comes back in the same place", async ({
  broker,
}) => {
  const connection = await connect(broker.url);
  connection.on("error", () => {});
  const channel = await connection.createConfirmChannel();
  channel.on("error", () => {});
  // A quorum queue made less than a second before a kill cannot be used after it.
  await channel.assertQueue("kept", { durable: true });
  channel.sendToQueue("kept", Buffer.from("text"), { persistent: true });
  await channel.waitForConfirms();
  await broker.kill();
  await broker.restart();
  const again = await connect(broker.url);
  const message = await (await again.createChannel()).get("kept");
  assert.is(message ? message.content.toString() : "nothing", "text");
  await again.close();
});

test("leaves no process, port or folder after its end", async () => {
  const before = nodesOfThisTest();
  const broker = await startRabbitmq();
  const [folder = ""] = nodesOfThisTest().difference(before);
  await broker.stop();
  assert.ok(folder);
  assert.equal(processesWith("CLOCKD_TEST_NODE", folder), []);
  assert.is(existsSync(folder), false);
  assert.is(await isOpen(broker.port), false);
});

test("does not outlive a test that is killed", async () => {
  const before = nodesOfThisTest();
  const source = `
    import { startRabbitmq } from ${JSON.stringify(import.meta.resolve("./rabbitmq.ts"))};
    await startRabbitmq();
    console.log("up");
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(owner.stdout, "data");
  const [folder = ""] = nodesOfThisTest().difference(before);
  assert.ok(folder);
  owner.kill("SIGKILL");
  await once(owner, "close");
  await until(() => !nodesOfThisTest().has(folder), 5000, "the server to end");
  rmSync(folder, { recursive: true }); // which only a process that ends by itself does
});

/** The folders of the nodes that run now and were started from here. */
function nodesOfThisTest(): Set<string> {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith("clockd-rabbitmq-"));
  const paths = folders.map((name) => join(realpathSync(tmpdir()), name));
  return new Set(paths.filter((path) => processesWith("CLOCKD_TEST_NODE", path).length > 0));
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

test.run();
