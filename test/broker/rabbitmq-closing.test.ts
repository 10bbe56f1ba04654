import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isBrokerProblem } from "../../src/broker/broker.ts";
import { openBroker } from "../../src/broker/open.ts";
import { startProxy } from "../support/proxy.ts";
import { sharedBroker, uniqueNamespace } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { fireAt } from "./conformance.ts";

const test = suite("RabbitMQ's links at their end");

const SOON_MS = 20_000;

test("a link that is closed while the broker says nothing ends in order, whatever it has still to acknowledge", async () => {
  const proxy = await startProxy(Number(new URL(sharedBroker()).port));
  const way = `amqp://guest:guest@127.0.0.1:${proxy.port}`;
  const namespace = uniqueNamespace("closing");
  const broker = openBroker(way, { namespace, name: "test", now: Date.now, emit: () => {} });
  if ("code" in broker) throw new Error(broker.message);
  const link = await broker.openClock(["default"]);
  if (isBrokerProblem(link)) throw new Error(link.message);
  let entries = 0;
  await link.follow("oldest", () => void entries++);
  assert.equal(await link.fire(fireAt(0)), { kind: "confirmed" });
  await until(() => entries > 0, SOON_MS, "the entry");
  proxy.set({ toClient: { held: true } });
  // What fails in a timer ends the process.
  await link.close(0);
  proxy.set({ toClient: { held: false } });
  await proxy.close();
});

test.run();
