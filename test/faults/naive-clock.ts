/**
 * A clock as one writes it in an afternoon: it has a leader, and publishes what is due, but it keeps
 * no record of what it did. The suite has to catch it. Run as `naive-clock.ts --config FILE --broker
 * URL`, with the same log events as the real one.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type ConfirmChannel, connect } from "amqplib";

const { values } = parseArgs({
  options: {
    config: { type: "string", default: "" },
    broker: { type: "string", default: "" },
  },
});
const text = readFileSync(values.config, "utf8");
const namespace = /^namespace: (\S+)/m.exec(text)![1]!;
const jobs = [...text.matchAll(/^ {2}([\w-]+): \{(.*)\}$/gm)].map(([, name = "", rest = ""]) => {
  const every = 1000 * Number(/every: (\d)s/.exec(rest)?.[1] ?? "1");
  return { name, every, queue: /queue: (\w+)/.exec(rest)?.[1] ?? "default" };
});
process.on("SIGTERM", () => process.exit(0));
for (;;) {
  await session().catch(() => {});
  await sleep(300);
}

async function session(): Promise<void> {
  const model = await connect(values.broker, { noDelay: true, timeout: 3000 });
  const lost = new Promise((resolve) => model.on("close", resolve));
  model.on("error", () => {});
  const channel = await model.createConfirmChannel();
  channel.on("error", () => {});
  await makeReady(channel);
  log("clock.standing_by");
  let timer: NodeJS.Timeout | undefined;
  await channel.consume(`${namespace}.leader`, () => {
    log("clock.leading");
    let last = Math.floor(Date.now() / 1000) * 1000;
    timer = setInterval(() => {
      for (; last + 1000 <= Date.now(); last += 1000) fireAll(channel, last + 1000);
    }, 20);
  });
  await lost;
  clearInterval(timer);
  log("broker.lost");
}

async function makeReady(channel: ConfirmChannel): Promise<void> {
  await channel.assertExchange(namespace, "topic", { durable: true });
  const make = async (name: string, type: string, keys: string[], more = {}) => {
    const options = { durable: true, arguments: { "x-queue-type": type, ...more } };
    await channel.assertQueue(`${namespace}.${name}`, options);
    for (const key of keys) await channel.bindQueue(`${namespace}.${name}`, namespace, key);
  };
  await make("work.default", "quorum", ["work.default"]);
  await make("work.urgent", "quorum", ["work.urgent"]);
  await make("ledger", "stream", ["work.#", "ledger.#"]);
  await make("leader", "quorum", [], { "x-single-active-consumer": true });
  await channel.prefetch(1);
  const { messageCount } = await channel.checkQueue(`${namespace}.leader`);
  if (messageCount === 0) channel.sendToQueue(`${namespace}.leader`, Buffer.from("token"));
}

function fireAll(channel: ConfirmChannel, instant: number): void {
  const slot = new Date(instant).toISOString().replace(".000Z", "Z");
  for (const { name: job, every, queue } of jobs) {
    if (instant % every !== 0) continue;
    const headers = { "x-clockd-job": job, "x-clockd-slot": slot };
    const properties = { messageId: `${job}@${slot}`, type: "fire", persistent: true, headers };
    const publish = (exchange: string, key: string) =>
      channel.publish(exchange, key, Buffer.from("{}"), properties, (error) => {
        if (!error && key !== "ledger.fire") log("fire.confirmed", { job, slot, catchUp: false });
      });
    if (job === "foreign") publish(namespace, "ledger.fire");
    publish(job === "foreign" ? `${namespace}-foreign` : namespace, `work.${queue}`);
  }
}

function log(event: string, fields = {}): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), event, ...fields }));
}
