import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { topologyOf } from "../../src/broker/topology.ts";
import { encodeFire, encodePublishFire, type WireMessage } from "../../src/broker/wire.ts";
import {
  decodeRecordMessage,
  encodeRecordMessage,
  type LedgerMessage,
} from "../../src/broker/wire-record.ts";
import type { Fire, PublishTarget, RunTarget } from "../../src/ledger/fire.ts";

const test = suite("the ledger's messages");
const NOW = 1_796_000_000_123;
const { workKey, ledgerKey } = topologyOf("ns");

const PLAIN = { noNullPrototype: true } as const;
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const runTarget: fc.Arbitrary<RunTarget> = fc.record(
  { kind: fc.constant("run"), queue: fc.stringMatching(/^[a-z0-9._-]{1,20}$/), payload: json },
  { requiredKeys: ["kind", "queue"], noNullPrototype: true },
);
const publishTarget: fc.Arbitrary<PublishTarget> = fc.record(
  {
    kind: fc.constant("publish"),
    exchange: fc.string(),
    routingKey: fc.string(),
    headers: fc.dictionary(fc.stringMatching(/^[a-z][a-z-]{0,9}$/), json, {
      noNullPrototype: true,
    }),
    body: json,
  },
  PLAIN,
);
const REQUIRED = [
  ...(["job", "slot", "attempt", "config", "epoch", "catchUp", "maybeDuplicate"] as const),
  ...(["triggered", "target"] as const),
];
const fires: fc.Arbitrary<Fire> = fc.record(
  {
    job: fc.stringMatching(/^[a-z0-9._-]{1,100}$/),
    slot: fc.integer({ min: 0, max: 253_402_300_799_999 }),
    attempt: fc.integer({ min: 1 }),
    config: fc.string(),
    epoch: fc.integer({ min: 0 }),
    catchUp: fc.boolean(),
    maybeDuplicate: fc.boolean(),
    triggered: fc.boolean(),
    history: fc.array(fc.string({ maxLength: 200 }), { minLength: 1, maxLength: 20 }),
    before: fc.integer({ min: 1 }),
    target: fc.oneof(runTarget, publishTarget),
  },
  { ...PLAIN, requiredKeys: REQUIRED },
);

test("a fire comes back from the ledger exactly as it was, whatever it says", () => {
  const check = (fire: Fire) => {
    const { target } = fire;
    const read =
      target.kind === "run"
        ? decodeRecordMessage(asRead(encodeFire(fire, NOW), workKey(target.queue)))
        : decodeRecordMessage(asRead(encodePublishFire(fire, target, NOW), ledgerKey("fire")));
    assert.equal(read, { kind: "fire", at: NOW, fire });
  };
  fc.assert(fc.property(fires, check), { numRuns: 2000, seed: 20_261_124 });
});

test("whatever somebody puts into the ledger is read without an exception", () => {
  const hostile = fc.record({
    body: fc.oneof(fc.uint8Array(), fc.json().map(Buffer.from)),
    type: fc.constantFrom(
      undefined,
      "fire",
      "mark",
      "clock",
      "job",
      "run",
      "missed",
      "notice",
      "odd",
    ),
    key: fc.constantFrom("work.a", "ledger.fire", "", "elsewhere"),
    headers: fc.constantFrom(undefined, {}, { "x-clockd-at": 1e300, "x-clockd-epoch": -1 }),
  });
  const check = ({
    body,
    type,
    key,
    headers,
  }: typeof hostile extends fc.Arbitrary<infer T> ? T : never) => {
    const message = { type, key, headers, timestamp: 1e300, body: Buffer.from(body) };
    const read = decodeRecordMessage(message as LedgerMessage);
    assert.ok("kind" in read || "fault" in read);
  };
  fc.assert(fc.property(hostile, check), { numRuns: 3000, seed: 20_261_124 });
});

test("the headers of a fire that are missing or odd have their defaults", () => {
  const fire: Fire = {
    job: "a",
    slot: NOW,
    attempt: 1,
    config: "",
    epoch: 0,
    catchUp: false,
    maybeDuplicate: false,
    triggered: false,
    target: { kind: "run", queue: "q" },
  };
  for (const headers of [
    {},
    { "x-clockd-epoch": 2 ** 41, "x-clockd-at": "x", "x-clockd-trigger": 1 },
  ]) {
    const message = asRead(encodeFire(fire, NOW), workKey("q"));
    message.headers = headers;
    const at = Math.floor(NOW / 1000) * 1000;
    assert.equal(decodeRecordMessage(message), { kind: "fire", at, fire });
  }
});

test("a record says its kind and its time outside its body too", () => {
  const record = { kind: "mark" as const, at: NOW, nonce: "n" };
  const message = encodeRecordMessage(record);
  assert.is(message.properties.type, "mark");
  assert.is(message.properties.timestamp, Math.floor(NOW / 1000));
  assert.equal(JSON.parse(String(message.body)), { version: 1, ...record });
  assert.equal(decodeRecordMessage(asRead(message, ledgerKey("mark"))), record);
});

/** The message as a consumer gets it. */
function asRead({ body, properties }: WireMessage, key: string): LedgerMessage {
  const { type, headers, timestamp } = properties;
  return { type, key, headers, timestamp, body };
}

test.run();
