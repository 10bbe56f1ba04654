import { openBroker } from "../../src/broker/open.ts";
import { topologyOf } from "../../src/broker/topology.ts";
import { openAmqp, removeNamespace } from "../support/amqp.ts";
import { sharedBroker } from "../support/shared.ts";
import { brokerConformance } from "./conformance.ts";
import { fragileWay } from "./fragile.ts";

const url = sharedBroker();

function open(address: string, namespace: string) {
  const options = { namespace, name: "test", now: Date.now, emit: () => {} };
  const broker = openBroker(address, options);
  if ("code" in broker) throw new Error(broker.message);
  return broker;
}

brokerConformance({
  name: "RabbitMQ",
  isAtomic: false,
  open: (namespace) => open(url, namespace),
  async inject(namespace, queue, body) {
    const amqp = await openAmqp(url);
    amqp.channel.sendToQueue(topologyOf(namespace).workQueue(queue), body);
    await amqp.channel.close();
    await amqp.close();
  },
  async injectRecord(namespace, type, body) {
    const { exchange, ledgerKey } = topologyOf(namespace);
    const amqp = await openAmqp(url);
    const options = type === undefined ? {} : { type };
    amqp.channel.publish(exchange, ledgerKey(String(type)), body, options);
    await amqp.channel.close();
    await amqp.close();
  },
  async injectDead(namespace, headers, body) {
    const amqp = await openAmqp(url);
    amqp.channel.sendToQueue(topologyOf(namespace).dead, body, { headers });
    await amqp.channel.close();
    await amqp.close();
  },
  async deleteQueue(namespace, queue) {
    const amqp = await openAmqp(url);
    await amqp.channel.deleteQueue(topologyOf(namespace).workQueue(queue));
    await amqp.close();
  },
  async openFragile(namespace) {
    const way = await fragileWay(Number(new URL(url).port));
    const through = Object.assign(new URL(url), { port: String(way.port) });
    return { ...way, broker: open(through.href, namespace), end: way.close };
  },
  async takeDead(namespace) {
    const amqp = await openAmqp(url);
    const dead = await amqp.drain(topologyOf(namespace).dead);
    await amqp.close();
    return dead;
  },
  async remove(namespace, queues) {
    const amqp = await openAmqp(url);
    await removeNamespace(amqp, namespace, queues);
    await amqp.close();
  },
});
