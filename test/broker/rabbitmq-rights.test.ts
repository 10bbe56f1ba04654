import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Delivery, isBrokerProblem } from "../../src/broker/broker.ts";
import { openBroker } from "../../src/broker/open.ts";
import { startRabbitmq } from "../support/rabbitmq.ts";
import { until } from "../support/until.ts";
import { fireAt, usable } from "./conformance.ts";

const test = suite("a RabbitMQ user with few rights");

const SOON_MS = 20_000;
const NAMESPACE = "shop";

/** The pattern that the page names. */
function documented(): string {
  const page = readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8");
  const pattern = /write and read on `([^`]+)`/.exec(page)?.[1];
  if (!pattern) throw new Error("docs/operations.md names no rights");
  return pattern.replace("NAMESPACE", NAMESPACE);
}

test("the rights that the page names are enough for clock, worker and dead letters", async () => {
  const rabbitmq = await startRabbitmq();
  const binary = (text: string) => `<<"${text.replaceAll("\\", "\\\\")}">>`;
  const rights = [documented(), documented(), documented()].map(binary);
  await rabbitmq.evaluate(`
    rabbit_auth_backend_internal:add_user(<<"few">>, <<"secret">>, <<"test">>),
    rabbit_auth_backend_internal:set_permissions(<<"few">>, <<"/">>, ${rights}, <<"test">>).`);
  const url = `amqp://few:secret@127.0.0.1:${rabbitmq.port}`;
  const options = { namespace: NAMESPACE, name: "test", now: Date.now, emit: () => {} };
  const broker = openBroker(url, options);
  if ("code" in broker) throw new Error(broker.message);
  const clock = usable(await broker.openClock(["default"]));
  await clock.elected;
  assert.equal(await clock.fire(fireAt(0)), { kind: "confirmed" });
  assert.equal(await clock.fire(fireAt(1)), { kind: "confirmed" });
  assert.equal(await clock.saveSnapshot(Buffer.from("x")), { kind: "confirmed" });
  const deliveries: Delivery[] = [];
  const onDelivery = (delivery: Delivery) => void deliveries.push(delivery);
  const worker = usable(await broker.openWorker({ queues: ["default"], prefetch: 2, onDelivery }));
  await until(() => deliveries.length === 2, SOON_MS, "both fires");
  assert.is(await deliveries[0]!.bury("tired"), true);
  let letters = 0;
  const read = await clock.readDead(() => void letters++);
  assert.not.ok(isBrokerProblem(read ?? {}));
  assert.is(letters, 1);
  await worker.close(1000);
  await clock.close(1000);
  await rabbitmq.stop();
});

test.run();
