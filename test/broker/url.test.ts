import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backoffDelay } from "../../src/broker/connect.ts";
import { chooseBrokerUrl, readBrokerUrl } from "../../src/broker/url.ts";

const test = suite("the broker's URL");

function readAmqp(url: string) {
  const address = readBrokerUrl(url);
  if ("code" in address) throw new Error(address.message);
  if (address.scheme === "sqlite") throw new Error(`${url} is no AMQP URL`);
  return address;
}

test("is shown without user, password and query", () => {
  const places: Record<string, string> = {
    "amqp://localhost": "localhost:5672",
    "amqps://u:p%40ss@mq.example.com/shop?heartbeat=9": "mq.example.com:5671/shop",
    "amqp://u:p@[::1]:5673/%2f": "[::1]:5673/%2f",
  };
  for (const [url, place] of Object.entries(places)) {
    assert.is(readAmqp(url).place, place);
  }
});

test("has a heartbeat unless it says another one", () => {
  const heartbeat = (url: string) => new URL(readAmqp(url).url).searchParams.get("heartbeat");
  assert.is(heartbeat("amqp://localhost"), "5");
  assert.is(heartbeat("amqp://localhost?heartbeat=60"), "60");
});

test("names the TLS files by RabbitMQ's own words, and the driver does not see them", () => {
  const url = "amqps://h/v?cacertfile=/ca.pem&certfile=/c.pem&keyfile=/k.pem&channelMax=9";
  const address = readAmqp(url);
  assert.equal(address.tls, { ca: "/ca.pem", cert: "/c.pem", key: "/k.pem" });
  assert.not.match(address.url, "pem");
  assert.match(address.url, "channelMax=9");
});

test("that cannot be read is refused, and never repeated", () => {
  for (const url of ["", "s3cr3t", "http://u:s3cr3t@h", "amqp://", "amqp://u:s3cr3t@h/a/b"]) {
    const address = readBrokerUrl(url);
    assert.ok("code" in address, url);
    assert.not.match(address.message, "s3cr3t");
  }
});

test("of the embedded broker is a path, taken as it is", () => {
  const paths: Record<string, string> = {
    "sqlite:.clockd/clockd.db": ".clockd/clockd.db",
    "sqlite:/var/lib/my clocks/a%20b.db": "/var/lib/my clocks/a%20b.db",
    "sqlite:///var/lib/clockd.db": "/var/lib/clockd.db",
    "SQLite:clockd.db": "clockd.db",
  };
  for (const [url, path] of Object.entries(paths)) {
    assert.equal(readBrokerUrl(url), { scheme: "sqlite", path });
  }
});

test("of the embedded broker names a file of this machine that outlives the process", () => {
  for (const url of [
    "sqlite:",
    "sqlite://",
    "sqlite://host/clockd.db",
    "sqlite::memory:",
    "sqlite:/var/lib/",
    "sqlite:a.db?mode=ro",
    "sqlite:a\0b",
  ]) {
    assert.ok("code" in readBrokerUrl(url), url);
  }
});

test("is the flag's, then the environment's, then the file's, then the default", () => {
  const environment = { CLOUDAMQP_URL: "cloud", RABBITMQ_URL: "rabbit", AMQP_URL: "" };
  assert.is(chooseBrokerUrl("flag", environment, "file"), "flag");
  assert.is(chooseBrokerUrl(undefined, environment, "file"), "cloud");
  assert.is(chooseBrokerUrl(undefined, environment, "file"), "cloud");
  assert.is(chooseBrokerUrl(undefined, {}, "file"), "file");
  assert.is(chooseBrokerUrl(undefined, {}, undefined), "sqlite:.clockd/clockd.db");
});

test("attempts to connect come further and further apart, and never together", () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100].map((attempt) => backoffDelay(attempt, 1));
  assert.equal(delays, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
  assert.is(backoffDelay(4, 0), 400);
});

test.run();
