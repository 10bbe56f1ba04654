import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { delayRoute } from "../../src/broker/rabbitmq-delays.ts";
import { topologyOf } from "../../src/broker/topology.ts";

const test = suite("The steps of a delay");
const topology = topologyOf("shop");
const DAY_MS = 86_400_000;

/** As the broker reads it: from exchange to exchange, each of which looks at its own header. */
function waitOf(delayMs: number): number {
  const { exchange, headers } = delayRoute(topology, delayMs);
  let wait = 0;
  for (let step = Number(exchange.slice("shop.retry.".length)); step >= 100; step /= 2) {
    const says = headers[`x-clockd-wait-${step}`];
    assert.type(says, "boolean", `${delayMs} at ${step}`);
    if (says) wait += step;
  }
  return wait;
}

test("come to no less than the delay, and to less than a tenth of a second more", () => {
  const check = (delayMs: number) => {
    const wait = waitOf(delayMs);
    assert.ok(wait >= delayMs && wait < delayMs + 100, `${delayMs}: ${wait}`);
  };
  fc.assert(fc.property(fc.integer({ min: 1, max: 30 * DAY_MS }), check), { seed: 20_261_124 });
  for (const delayMs of [1, 99, 100, 101, 200, 30 * DAY_MS]) check(delayMs);
});

test("of a delay that is written in seconds are exact", () => {
  for (const seconds of [1, 10, 30, 65, 600, 3600, 86_400]) {
    assert.is(waitOf(seconds * 1000), seconds * 1000);
  }
});

test.run();
