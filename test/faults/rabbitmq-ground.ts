import { type Amqp, openAmqp, removeNamespace } from "../support/amqp.ts";
import { startProxy, type TcpProxy } from "../support/proxy.ts";
import type { Rabbitmq } from "../support/rabbitmq.ts";
import { type Ground, type Happening, type Plot, unknownFault } from "./ground.ts";
import type { BrokerFault } from "./kinds.ts";
import { RABBITMQ_MENU } from "./menu.ts";
import { type BrokerUnderTest, brokerUnderTest } from "./rabbitmq-broker.ts";
import { collectFromRabbitmq, leftIn, queueName } from "./rabbitmq-evidence.ts";
import { disturb } from "./rabbitmq-network.ts";

/** A RabbitMQ of one's own, which is stopped with it. */
export function rabbitmqGround(rabbitmq: Rabbitmq): Ground {
  const broker = brokerUnderTest(rabbitmq);
  return {
    name: `RabbitMQ ${broker.version}`,
    menu: RABBITMQ_MENU,
    isAtomic: false,
    hasServices: true,
    prepare: (namespace, { heartbeat }) => preparePlot(broker, namespace, heartbeat),
    stop: broker.stop,
  };
}

async function preparePlot(
  broker: BrokerUnderTest,
  namespace: string,
  heartbeat: number,
): Promise<Plot> {
  const exchange = queueName(namespace, "foreign");
  const proxies = new Map<string, TcpProxy>();
  await withAmqp(broker.url, ({ channel }) => makeForeign(channel, exchange));
  return {
    exchange,
    url: broker.url,
    async way(seat) {
      const proxy = await startProxy(broker.port);
      proxies.set(seat, proxy);
      const url = `amqp://guest:guest@127.0.0.1:${proxy.port}?heartbeat=${heartbeat}`;
      return { url, close: proxy.close };
    },
    suffer(fault, happening) {
      const met = happening.seats.map(({ name }) => proxies.get(name)!);
      return suffer(broker, fault, met, happening);
    },
    collect: () => withAmqp(broker.url, (amqp) => collectFromRabbitmq(amqp, namespace)),
    left: (delays) => withAmqp(broker.url, (amqp) => leftIn(amqp, namespace, delays)),
    clear: () => withAmqp(broker.url, (amqp) => removeAll(amqp, namespace)),
  };
}

function suffer(
  broker: BrokerUnderTest,
  fault: BrokerFault,
  proxies: readonly TcpProxy[],
  happening: Happening,
): Promise<void> {
  const { begun } = happening;
  switch (fault.kind) {
    case "broker-kill":
      return broker.kill(fault.restart, begun);
    case "broker-freeze":
      return broker.freeze(fault.lasts, begun);
    case "alarm":
      return broker.alarm(fault.lasts, begun);
    case "reset":
    case "hole":
    case "delay":
    case "one-way":
      return disturb(fault, proxies, happening);
    default:
      return Promise.reject(unknownFault(fault, "RabbitMQ"));
  }
}

/** The other service that the job `foreign` is for. */
async function makeForeign(channel: Amqp["channel"], name: string): Promise<void> {
  await channel.assertExchange(name, "topic", { durable: true });
  await channel.assertQueue(name, { durable: true, arguments: { "x-queue-type": "quorum" } });
  await channel.bindQueue(name, name, "#");
}

/** So that the broker of a long run does not grow with its rounds. */
async function removeAll(amqp: Amqp, namespace: string): Promise<void> {
  const foreign = queueName(namespace, "foreign");
  await removeNamespace(amqp, namespace, ["default", "urgent"]);
  await amqp.channel.deleteQueue(foreign);
  await amqp.channel.deleteExchange(foreign);
}

/** A connection for one piece of work. */
async function withAmqp<T>(url: string, work: (amqp: Amqp) => Promise<T>): Promise<T> {
  const amqp = await openAmqp(url);
  try {
    return await work(amqp);
  } finally {
    await amqp.close();
  }
}
