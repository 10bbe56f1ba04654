import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Amqp, openAmqp } from "../support/amqp.ts";
import { sharedBroker, uniqueNamespace } from "../support/shared.ts";
import { schedulesFile, show } from "./shown.ts";

const test = suite("clockd validate with a RabbitMQ");
const url = sharedBroker();

let amqp: Amqp;
let namespace = "";

test.before.each(async () => {
  namespace = uniqueNamespace("validate");
  amqp = await openAmqp(url);
});
test.after.each(() => amqp.close());

async function check(jobs: string, ...flags: string[]) {
  const { file, remove } = schedulesFile(`namespace: ${namespace}\njobs:\n${jobs}`);
  const shown = await show(["validate", "--broker", url, ...flags, file]);
  remove();
  return { ...shown, stdout: shown.stdout.map((line) => line.replaceAll(file, "FILE")) };
}

const queueExists = async (queue: string) => {
  const channel = await amqp.model.createChannel();
  channel.on("error", () => undefined);
  return channel.checkQueue(queue).then(
    () => true,
    () => false,
  );
};

test("a new broker suits: queues that are not there are told, and not made", async () => {
  const { code, stdout } = await check("  a: {every: 5m, run: date, queue: slow}\n", "--strict");
  assert.is(code, 0);
  assert.match(
    stdout[0]!,
    /^FILE: compared with rabbitmq .* \(RabbitMQ [34]\..*\): 1 queue, 0 exch/,
  );
  assert.is(stdout[1], "FILE: not there yet, the first clock makes them: slow");
  assert.is(stdout[2], "FILE: 1 job, no problems");
  assert.not.ok(await queueExists(`${namespace}.work.slow`));
});

test("a queue that somebody else has made otherwise is a problem at its job", async () => {
  await amqp.channel.assertQueue(`${namespace}.work.slow`, { durable: true });
  const { code, stdout } = await check("  a: {every: 5m, run: date, queue: slow}\n");
  await amqp.channel.deleteQueue(`${namespace}.work.slow`);
  assert.is(code, 1);
  assert.match(stdout[0]!, /^FILE:4:\d+ error BROKER_REFUSED .*PRECONDITION_FAILED.*x-/);
});

test("an exchange must be there, be it the one without a name or one of RabbitMQ's own", async () => {
  const publish = (exchange: string) =>
    `every: 5m, publish: {exchange: "${exchange}", routing_key: a}`;
  const { code, stdout } = await check(
    `  a: {${publish("no-such-exchange")}}\n  b: {${publish("amq.topic")}}\n  c: {${publish("")}}\n`,
  );
  assert.is(code, 1);
  assert.is(
    stdout[0],
    'FILE:4:38 error BROKER_EXCHANGE there is no exchange "no-such-exchange" in this broker (make it there, or name another one)',
  );
  assert.match(stdout[1]!, ": 0 queues, 3 exchanges");
  assert.is(stdout[2], "FILE: 1 error");
});

test("an ack_deadline that RabbitMQ's usual limit does not allow is a warning", async () => {
  const { code, stdout } = await check("  a: {every: 5m, run: date, ack_deadline: 45m}\n");
  assert.is(code, 0);
  assert.match(
    stdout[0]!,
    /^FILE:4:\d+ warning BROKER_ACK_DEADLINE ack_deadline 45m is not below RabbitMQ's usual consumer_timeout 30m \(.*clients cannot see that\)$/,
  );
});

test("a wrong password is 69, and is not told", async () => {
  const wrong = url.replace(/\/\/.*@|\/\//, "//nobody:secret@");
  const { file, remove } = schedulesFile("jobs:\n  a: {every: 5m, run: date}\n");
  const { code, stdout, stderr } = await show(["validate", "--broker", wrong, file]);
  remove();
  assert.is(code, 69);
  assert.match(stderr[0]!, "refused the user or password");
  assert.not.match([...stdout, ...stderr].join(), "secret");
});

test.run();
