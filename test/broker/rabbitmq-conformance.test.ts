import { openBroker } from "../../src/broker/open.ts";
import { topologyOf } from "../../src/broker/topology.ts";
import { openAmqp } from "../support/amqp.ts";
import { sharedBroker } from "../support/shared.ts";
import { brokerConformance } from "./conformance.ts";

const url = sharedBroker();

brokerConformance({
  name: "RabbitMQ",
  open(namespace) {
    const broker = openBroker(url, { namespace, name: "test", now: Date.now, emit: () => {} });
    if ("code" in broker) throw new Error(broker.message);
    return broker;
  },
  async inject(namespace, queue, body) {
    const amqp = await openAmqp(url);
    amqp.channel.sendToQueue(topologyOf(namespace).workQueue(queue), body);
    await amqp.channel.close();
    await amqp.close();
  },
  async takeDead(namespace) {
    const amqp = await openAmqp(url);
    const dead = await amqp.drain(topologyOf(namespace).dead);
    await amqp.close();
    return dead;
  },
  async remove(namespace, queues) {
    const { exchange, dead, workQueue } = topologyOf(namespace);
    const amqp = await openAmqp(url);
    for (const queue of [dead, ...queues.map(workQueue)]) await amqp.channel.deleteQueue(queue);
    await amqp.channel.deleteExchange(exchange);
    await amqp.close();
  },
});
