import { type ConfirmChannel, connect } from "amqplib";
import type { NaiveBroker, NaiveFire, NaiveSession } from "./naive-clock.ts";

/** The clock that keeps no record, on RabbitMQ. */
export const naiveRabbitmq: NaiveBroker = async (url, session) => {
  const { namespace, log, lead } = session;
  const model = await connect(url, { noDelay: true, timeout: 3000 });
  const lost = new Promise((resolve) => model.on("close", resolve));
  model.on("error", () => {});
  const channel = await model.createConfirmChannel();
  channel.on("error", () => {});
  await makeReady(channel, namespace);
  log("clock.standing_by");
  let end = () => {};
  await channel.consume(`${namespace}.leader`, () => {
    end = lead((fire) => publish(channel, fire, session));
  });
  await lost;
  end();
  log("broker.lost");
};

async function makeReady(channel: ConfirmChannel, namespace: string): Promise<void> {
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

function publish(
  channel: ConfirmChannel,
  { job, slot, queue, isForeign }: NaiveFire,
  { namespace, log }: NaiveSession,
): void {
  const headers = { "x-clockd-job": job, "x-clockd-slot": slot };
  const properties = { messageId: `${job}@${slot}`, type: "fire", persistent: true, headers };
  const send = (exchange: string, key: string) =>
    channel.publish(exchange, key, Buffer.from("{}"), properties, (error) => {
      if (!error && key !== "ledger.fire") log("fire.confirmed", { job, slot, catchUp: false });
    });
  if (isForeign) send(namespace, "ledger.fire");
  send(isForeign ? `${namespace}-foreign` : namespace, `work.${queue}`);
}
