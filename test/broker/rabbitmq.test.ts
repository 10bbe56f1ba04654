import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ClockLink, type FireOutcome, isBrokerProblem } from "../../src/broker/broker.ts";
import { openBroker } from "../../src/broker/open.ts";
import type { Event } from "../../src/observe/events.ts";
import { openAmqp } from "../support/amqp.ts";
import { aFire } from "../support/fire.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/ports.ts";
import { type Rabbitmq, startRabbitmq } from "../support/rabbitmq.ts";
import { uniqueNamespace } from "../support/shared.ts";
import { until } from "../support/until.ts";

const test = suite("RabbitMQ in trouble");
const fireAt = (index: number) => aFire({ slot: 1_796_000_000_000 + index * 1000 });

const SOON_MS = 20_000;
/** What this test's broker takes in one message. */
const MOST_BYTES = 200_000;

let rabbitmq: Rabbitmq;
let tlsPort = 0;
const certificates = temporaryFolder("certificates");

test.before(async () => {
  makeCertificates(certificates.path);
  [tlsPort = 0] = await freePorts(1);
  rabbitmq = await startRabbitmq(tls());
});
test.after(async () => {
  await rabbitmq?.stop();
  certificates.remove();
});

function open(url = rabbitmq.url, namespace = uniqueNamespace("trouble")) {
  const events: Event[] = [];
  const emit = (event: Event) => void events.push(event);
  const broker = openBroker(url, { namespace, name: "test", now: Date.now, emit });
  if ("code" in broker) throw new Error(broker.message);
  return { broker, namespace, events };
}

async function openClock(broker: ReturnType<typeof open>["broker"]): Promise<ClockLink> {
  const link = await broker.openClock(["default"]);
  if (isBrokerProblem(link)) throw new Error(link.message);
  return link;
}

async function refusal(url: string): Promise<string> {
  const link = await open(url).broker.openClock(["default"]);
  if (isBrokerProblem(link)) return `${link.code} ${link.message}`;
  await link.close(1000);
  return "connected";
}

test("a wrong password or virtual host is told as such, without the password", async () => {
  const { port } = rabbitmq;
  const wrong = await refusal(`amqp://guest:s3cr3t@127.0.0.1:${port}`);
  assert.match(wrong, /^BROKER_ACCESS .*127\.0\.0\.1/);
  assert.not.match(wrong, "s3cr3t");
  const nowhere = await refusal(`${rabbitmq.url}/nowhere`);
  assert.match(nowhere, /^BROKER_ACCESS .*nowhere/);
});

test("a port where nobody listens is told with its address", async () => {
  const [port] = await freePorts(1);
  assert.match(await refusal(`amqp://127.0.0.1:${port}`), /^BROKER_UNREACHABLE .*ECONNREFUSED/);
});

test("TLS with a private CA and a client certificate works, and without them is refused", async () => {
  const files = ["cacertfile=ca.pem", "certfile=client.pem", "keyfile=client.key"]
    .map((pair) => pair.replace("=", `=${certificates.path}/`))
    .join("&");
  const address = `amqps://guest:guest@localhost:${tlsPort}`;
  assert.is(await refusal(`${address}?${files}`), "connected");
  assert.match(await refusal(address), /^BROKER_UNREACHABLE .*certificate/);
  assert.match(await refusal(`${address}?cacertfile=/none.pem`), /^BROKER_TLS_FILE .*none\.pem/);
});

test("a queue of that name with other arguments holds up its own fires, in RabbitMQ's words", async () => {
  const { broker, namespace } = open();
  const amqp = await openAmqp(rabbitmq.url);
  await amqp.channel.assertQueue(`${namespace}.work.other`, { durable: true });
  const link = await broker.openClock(["other", "default"]);
  if (isBrokerProblem(link)) throw new Error(link.message);
  const other = { kind: "run" as const, queue: "other" };
  const bad = await link.fire({ ...fireAt(0), target: other });
  assert.is(bad.kind, "undeliverable");
  assert.match(bad.kind === "undeliverable" ? bad.problem.message : "", "PRECONDITION");
  assert.equal(await link.fire(fireAt(1)), { kind: "confirmed" });
  // Mended by an operator, it works without a restart.
  await amqp.channel.deleteQueue(`${namespace}.work.other`);
  assert.equal(await link.fire({ ...fireAt(2), target: other }), { kind: "confirmed" });
  await link.close(1000);
  await amqp.close();
});

test("a refused queue does not harm the link that asked for it", async () => {
  const { broker, namespace } = open();
  const amqp = await openAmqp(rabbitmq.url);
  await amqp.channel.assertQueue(`${namespace}.work.other`, { durable: true });
  const link = await openClock(broker);
  const problem = await link.ensureQueues(["default", "other"]);
  assert.match(problem?.message ?? "", "PRECONDITION");
  assert.equal(await link.fire(fireAt(0)), { kind: "confirmed" });
  await link.close(1000);
  await amqp.close();
});

test("a worker whose queue is deleted is lost, and opens again with a new one", async () => {
  const { broker, namespace } = open();
  const options = { queues: ["default"], prefetch: 1, onDelivery: () => {} };
  const link = await broker.openWorker(options);
  if (isBrokerProblem(link)) throw new Error(link.message);
  const amqp = await openAmqp(rabbitmq.url);
  await amqp.channel.deleteQueue(`${namespace}.work.default`);
  assert.is((await link.lost).code, "BROKER_QUEUE_GONE");
  const again = await broker.openWorker(options);
  assert.not.ok(isBrokerProblem(again));
  if (!isBrokerProblem(again)) await again.close(1000);
  await amqp.close();
});

test("jobs for an exchange that vanishes are undeliverable, the others do not notice", async () => {
  const { broker, namespace } = open();
  const link = await openClock(broker);
  const amqp = await openAmqp(rabbitmq.url);
  const exchange = `${namespace}-events`;
  await amqp.channel.assertExchange(exchange, "fanout", { durable: false });
  await amqp.channel.assertQueue(exchange, { exclusive: true });
  await amqp.channel.bindQueue(exchange, exchange, "");
  const target = { kind: "publish" as const, exchange, routingKey: "", headers: {}, body: 1 };
  assert.is((await link.fire({ ...fireAt(0), target })).kind, "confirmed");
  await amqp.channel.deleteExchange(exchange);
  const fires = Array.from({ length: 20 }, (_, n) =>
    n % 2 ? fireAt(n) : { ...fireAt(n), target },
  );
  const outcomes = await Promise.all(fires.map((fire) => link.fire(fire)));
  for (const [n, { kind }] of outcomes.entries()) {
    assert.is(kind, n % 2 ? "confirmed" : "undeliverable", `fire ${n}`);
  }
  assert.is(link.isLost, false);
  await link.close(1000);
  await amqp.close();
});

test("thousands of jobs that publish at once to a healthy exchange are all confirmed", async () => {
  const { broker, namespace } = open();
  const amqp = await openAmqp(rabbitmq.url);
  const exchange = `${namespace}-events`;
  await amqp.channel.assertExchange(exchange, "fanout", { durable: false });
  await amqp.channel.assertQueue(exchange, { exclusive: true });
  await amqp.channel.bindQueue(exchange, exchange, "");
  const link = await openClock(broker);
  const target = { kind: "publish" as const, exchange, routingKey: "", headers: {}, body: 1 };
  const outcomes: Promise<FireOutcome>[] = [];
  for (let n = 0; n < 4000; n++) {
    await link.room();
    outcomes.push(link.fire({ ...fireAt(n), target }));
  }
  const kinds = new Set((await Promise.all(outcomes)).map(({ kind }) => kind));
  assert.equal([...kinds], ["confirmed"]);
  await amqp.channel.deleteExchange(exchange);
  await link.close(1000);
  await amqp.close();
});

test("a message or headers that are too large are undeliverable, and harm nobody twice", async () => {
  const { broker } = open();
  const link = await openClock(broker);
  const huge = {
    ...fireAt(0),
    target: { kind: "run" as const, queue: "default", payload: "x".repeat(MOST_BYTES) },
  };
  assert.is((await link.fire(huge)).kind, "undeliverable");
  assert.is((await link.lost).code, "BROKER_CHANNEL_CLOSED");
  // The broker's limit is known now: the next one is refused before it is sent.
  const again = await openClock(broker);
  const [large, good] = await Promise.all([again.fire(huge), again.fire(fireAt(1))]);
  assert.is(large?.kind, "undeliverable");
  assert.is(good?.kind, "confirmed");
  const headers = { big: "x".repeat(70_000) };
  const target = { kind: "publish" as const, exchange: "", routingKey: "x", headers, body: 1 };
  assert.is((await again.fire({ ...fireAt(2), target })).kind, "undeliverable");
  assert.equal(await again.fire(fireAt(3)), { kind: "confirmed" });
  assert.is(again.isLost, false);
  await again.close(1000);
});

test("a queue that is full is in doubt for its own fires, the link goes on", async () => {
  const { broker, namespace } = open();
  const amqp = await openAmqp(rabbitmq.url);
  const link = await openClock(broker);
  const full = `${namespace}-full`;
  await amqp.channel.assertQueue(full, {
    exclusive: true,
    maxLength: 0,
    arguments: { "x-overflow": "reject-publish" },
  });
  const target = { kind: "publish" as const, exchange: "", routingKey: full, headers: {}, body: 1 };
  const [rejected, good] = await Promise.all([
    link.fire({ ...fireAt(0), target }),
    link.fire(fireAt(1)),
  ]);
  assert.is(rejected?.kind, "in-doubt");
  assert.is(good?.kind, "confirmed");
  assert.is(link.isLost, false);
  await link.close(1000);
  await amqp.close();
});

test("an alarm holds fires up and says so; afterwards they are confirmed, none twice", async () => {
  const { broker, namespace, events } = open();
  const link = await openClock(broker);
  const alarm = "{resource_limit, memory, node()}";
  await rabbitmq.evaluate(`rabbit_alarm:set_alarm({${alarm}, []}).`);
  const outcome = link.fire(fireAt(0));
  const told = (type: string) => () => events.some((event) => event.type === type);
  await until(told("broker.blocked"), SOON_MS, "the alarm to be told");
  await rabbitmq.evaluate(`rabbit_alarm:clear_alarm(${alarm}).`);
  assert.equal(await outcome, { kind: "confirmed" });
  await until(told("broker.unblocked"), SOON_MS, "its end to be told");
  await link.close(1000);
  const amqp = await openAmqp(rabbitmq.url);
  assert.is((await amqp.drain(`${namespace}.work.default`)).length, 1);
  await amqp.close();
});

test("a broker that is killed is noticed at once, and open fires are in doubt", async () => {
  const link = await openClock(open().broker);
  assert.equal(await link.fire(fireAt(0)), { kind: "confirmed" });
  rabbitmq.freeze();
  const outcomes: Promise<FireOutcome>[] = [1, 2, 3].map((n) => link.fire(fireAt(n)));
  await rabbitmq.kill();
  await link.lost;
  for (const { kind } of await Promise.all(outcomes)) assert.is(kind, "in-doubt");
  assert.is(link.isLost, true);
  assert.is(link.room(), undefined);
  await link.close(1000);
  await rabbitmq.restart();
});

test("closing a link to a frozen broker does not hang", async () => {
  const link = await openClock(open().broker);
  rabbitmq.freeze();
  const outcome = link.fire(fireAt(0));
  const began = performance.now();
  await link.close(300);
  assert.ok(performance.now() - began < 5000, "the close hung");
  rabbitmq.thaw();
  assert.is((await outcome).kind, "in-doubt");
});

function makeCertificates(folder: string): void {
  const openssl = (...args: string[]) =>
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const key = ["-newkey", "rsa:2048", "-nodes", "-days", "2"];
  openssl("req", "-x509", ...key, "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem");
  for (const name of ["server", "client"]) {
    const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=DNS:localhost"];
    const signed = ["-CA", "ca.pem", "-CAkey", "ca.key"];
    openssl(
      "req",
      "-x509",
      ...key,
      ...subject,
      ...signed,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.pem`,
    );
  }
}

function tls() {
  const files = { cacertfile: "ca.pem", certfile: "server.pem", keyfile: "server.key" };
  const config: Record<string, string> = {
    max_message_size: String(MOST_BYTES),
    "listeners.ssl.1": `127.0.0.1:${tlsPort}`,
    "ssl_options.verify": "verify_peer",
    "ssl_options.fail_if_no_peer_cert": "true",
  };
  for (const [option, name] of Object.entries(files)) {
    config[`ssl_options.${option}`] = `{folder}/${name}`;
  }
  return { config, copies: Object.values(files).map((name) => join(certificates.path, name)) };
}

test.run();
