import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeFire, encodeFire, isWireProblem, traceparent } from "../../src/broker/wire.ts";
import { aFire } from "../support/fire.ts";

const test = suite("the message format");

const fire = aFire({
  job: "reports",
  slot: Date.UTC(2026, 11, 1, 8),
  target: { kind: "run", queue: "default", payload: { kind: "short" } },
});

test("a fire for a worker has the documented body, properties and headers, and no command", () => {
  const { body, properties } = encodeFire(fire, 1_796_000_000_999);
  assert.equal(JSON.parse(String(body)), {
    version: 1,
    job: "reports",
    slot: "2026-12-01T08:00:00Z",
    payload: { kind: "short" },
  });
  assert.equal(properties, {
    messageId: "reports@2026-12-01T08:00:00Z",
    timestamp: 1_796_000_000,
    type: "fire",
    appId: "clockd",
    contentType: "application/json",
    persistent: true,
    headers: {
      "x-clockd-job": "reports",
      "x-clockd-slot": "2026-12-01T08:00:00Z",
      "x-clockd-at": 1_796_000_000_999,
      "x-clockd-attempt": 1,
      "x-clockd-config": "0123456789ab",
      "x-clockd-epoch": 1,
      traceparent: traceparent("reports@2026-12-01T08:00:00Z"),
    },
  });
});

test("a publish job's message has its own body and headers, which cannot hide clockd's", () => {
  const headers = { source: "shop", "x-clockd-job": "forged" };
  const target = { kind: "publish" as const, exchange: "e", routingKey: "k", headers, body: [1] };
  const { body, properties } = encodeFire({ ...fire, catchUp: true, target }, 0);
  assert.is(String(body), "[1]");
  assert.is(properties.headers.source, "shop");
  assert.is(properties.headers["x-clockd-job"], "reports");
  assert.is(properties.headers["x-clockd-catch-up"], true);
});

test("every copy of a fire belongs to the same trace, different fires to different ones", () => {
  assert.is(traceparent("a@1"), traceparent("a@1"));
  assert.is.not(traceparent("a@1"), traceparent("a@2"));
});

test("what was encoded is decoded again, slots with milliseconds too", () => {
  for (const slot of [fire.slot, fire.slot + 1, 0, 253_402_300_799_999]) {
    const { body, properties } = encodeFire({ ...fire, slot, maybeDuplicate: true }, 0);
    const decoded = decodeFire(body, properties.headers);
    if (isWireProblem(decoded)) throw new Error(decoded.problem);
    assert.is(decoded.slot, slot);
    assert.is(decoded.id, properties.messageId);
    assert.is(decoded.maybeDuplicate, true);
    assert.equal(decoded.payload, { kind: "short" });
  }
});

test("a message from somebody else needs no headers, and odd ones are not believed", () => {
  const body = Buffer.from(`{"version":1,"job":"a","slot":"2026-12-01T08:00:00Z"}`);
  for (const headers of [undefined, {}, { "x-clockd-attempt": "9", "x-clockd-catch-up": 1 }]) {
    const decoded = decodeFire(body, headers);
    if (isWireProblem(decoded)) throw new Error(decoded.problem);
    assert.is(decoded.attempt, 1);
    assert.is(decoded.catchUp, false);
    assert.is(decoded.config, "");
  }
});

test("the past of a fire is short texts, whatever somebody puts there", () => {
  const body = Buffer.from(`{"version":1,"job":"a","slot":"2026-12-01T08:00:00Z"}`);
  const many = Array.from({ length: 100_000 }, (_, index) => `${index} ${"x".repeat(300)}`);
  const cases: [unknown, unknown, string[], number][] = [
    [undefined, undefined, [], 0],
    ["text", "3", [], 0],
    [{ 0: "a", length: 1 }, -1, [], 0],
    [[1, "a", null, ["b"], "c"], 1.5, ["a", "c"], 0],
    [many, 2 ** 53, many.slice(-20).map((text) => text.slice(0, 200)), 0],
    [["1: exited with 1"], 4, ["1: exited with 1"], 4],
  ];
  for (const [history, before, texts, count] of cases) {
    const headers = { "x-clockd-history": history, "x-clockd-attempts-before": before };
    const decoded = decodeFire(body, headers);
    if (isWireProblem(decoded)) throw new Error(decoded.problem);
    assert.equal([decoded.history, decoded.before], [texts, count]);
  }
});

test("a message carries no more of a fire's past than can be read", () => {
  const history = Array.from({ length: 30 }, (_, index) => `${index} ${"x".repeat(300)}`);
  const { headers } = encodeFire({ ...fire, history, before: 2 }, 0).properties;
  const sent = headers["x-clockd-history"] as string[];
  assert.equal([sent.length, sent[0]!.length, sent[0]!.slice(0, 3)], [20, 200, "10 "]);
  assert.is(headers["x-clockd-attempts-before"], 2);
  const without = encodeFire({ ...fire, history: [], before: 0 }, 0).properties.headers;
  assert.not.ok("x-clockd-history" in without || "x-clockd-attempts-before" in without);
});

test("a body that cannot be understood is a problem in words, never an exception", () => {
  const cases: [string | Buffer, RegExp][] = [
    ["", /not JSON/],
    ["{", /not JSON/],
    [Buffer.from([0xff]), /not JSON/],
    ["7", /not a JSON object/],
    ["[]", /not a JSON object/],
    [`{"version":1}`, /no job/],
    [`{"version":1,"job":""}`, /no job/],
    [`{"job":"a","slot":"2026-12-01T08:00:00Z"}`, /version is none/],
    [`{"version":"1","job":"a","slot":"2026-12-01T08:00:00Z"}`, /version is "1"/],
    [`{"version":1,"job":"a"}`, /slot/],
    [`{"version":1,"job":"a","slot":"2026-13-01T08:00:00Z"}`, /slot/],
    [`{"version":1,"job":"a","slot":"2026-12-01T08:00:00"}`, /slot/],
  ];
  for (const [body, wanted] of cases) {
    const decoded = decodeFire(Buffer.from(body));
    assert.ok(isWireProblem(decoded), String(body));
    assert.match(decoded.problem, wanted);
  }
});

test.run();
