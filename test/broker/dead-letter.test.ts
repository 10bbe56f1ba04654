import { suite } from "uvu";
import * as assert from "uvu/assert";
import { deadHeaders, readLetter, retryHeaders } from "../../src/broker/dead-letter.ts";
import { encodeFire } from "../../src/broker/wire.ts";
import { aFire } from "../support/fire.ts";

const test = suite("A dead letter");
const fire = aFire({ attempt: 3, before: 1, maybeDuplicate: true, history: ["1: timed out"] });
const { body, properties } = encodeFire(fire, 5);
const DEATH = {
  "x-death": [
    {
      ...{ count: 1, reason: "delivery_limit", queue: "shop.work.slow", exchange: "shop.work" },
      ...{ "routing-keys": ["work.slow"], time: { "!": "timestamp", value: 1_796_000_000 } },
    },
  ],
  ...{ "x-first-death-queue": "shop.work.slow", "x-last-death-reason": "delivery_limit" },
};

test("that RabbitMQ has moved itself says from where, when and why", () => {
  const { at, queue, reason, job, attempt } = readLetter(
    "1",
    { ...properties.headers, ...DEATH },
    body,
  );
  assert.equal([at, queue, job, attempt], [1_796_000_000_000, "slow", "job", 3]);
  assert.match(reason, "RabbitMQ gave up on it");
});

test("that clockd has buried says so in clockd's words", () => {
  const headers = { ...properties.headers, ...DEATH, ...deadHeaders("default", "why", 7) };
  const { at, queue, reason } = readLetter("1", headers, body);
  assert.equal([at, queue, reason], [7, "default", "why"]);
});

test("goes back as the next attempt, with nothing of what it was in between", () => {
  const between = { "x-clockd-wait-400": true, "x-delivery-count": 3, CC: ["everywhere"] };
  const own = { traceparent: "of somebody", "x-other": 1 };
  const buried = { ...DEATH, ...between, ...deadHeaders("default", "why", 7) };
  const headers = { ...properties.headers, ...own, ...buried };
  const { "x-clockd-maybe-duplicate": _, ...kept } = properties.headers;
  assert.equal(retryHeaders(readLetter("1", headers, body), headers, 99), {
    ...kept,
    ...own,
    ...{ "x-clockd-at": 99, "x-clockd-attempt": 4, "x-clockd-attempts-before": 3 },
  });
});

test("whose attempts cannot be counted any further stays a message that can be read", () => {
  const headers = { "x-clockd-attempt": Number.MAX_SAFE_INTEGER };
  const letter = readLetter("1", headers, body);
  const again = readLetter("1", retryHeaders(letter, headers, 1), body);
  assert.is(again.attempt, Number.MAX_SAFE_INTEGER);
});

test("that cannot be understood goes back as it came", () => {
  const headers = { "x-clockd-attempt": 2, "x-other": [1], ...deadHeaders("default", "why", 7) };
  const letter = readLetter("1", headers, Buffer.from("no json"));
  assert.equal(retryHeaders(letter, headers, 99), { "x-clockd-attempt": 2, "x-other": [1] });
});

test.run();
