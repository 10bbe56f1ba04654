import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Clockd, runClockd } from "./process.ts";

const test = suite("a clockd for a test");

test("is the real program", async () => {
  const clockd = runClockd(["--version"]);
  await clockd.waitFor(({ text }) => /clockd \d+\.\d+\.\d+/.test(text), 20_000, "the version");
  assert.equal(await clockd.exited, { code: 0, signal: null });
});

test("gives its JSON log lines as fields, and others as text", async () => {
  const clockd = shell('echo plain; echo \'{"event":"a","n":1}\' >&2; echo "{broken"');
  await clockd.exited;
  const entry = (stream: string) =>
    clockd.lines.filter((line) => line.stream === stream).map(({ text, entry }) => [text, entry]);
  assert.equal(entry("stdout"), [
    ["plain", {}],
    ["{broken", {}],
  ]);
  assert.equal(entry("stderr"), [['{"event":"a","n":1}', { event: "a", n: 1 }]]);
});

test("shows its output when it exits before the line that is waited for", async () => {
  const clockd = shell("echo words; exit 3");
  const error = await failure(clockd.waitFor(() => false, 20_000, "a fire"));
  assert.match(error, /exited with 3 \(waiting for a fire\)[\s\S]*words/);
});

test("shows its output when the line does not come in time", async () => {
  const clockd = shell("echo words; exec sleep 30");
  await clockd.waitFor(({ text }) => text === "words", 20_000, "words");
  const error = await failure(clockd.waitFor(() => false, 50, "a fire"));
  assert.match(error, /nothing within 50 ms \(waiting for a fire\)[\s\S]*words/);
  assert.equal(await clockd.stop(), { code: null, signal: "SIGTERM" });
});

test("finds a line again, or only from a line on", async () => {
  const clockd = shell("echo one; echo two; exec sleep 30");
  await clockd.waitFor(({ text }) => text === "two", 20_000, "two");
  await clockd.waitFor(({ text }) => text === "one", 1000, "one");
  const error = await failure(clockd.waitFor(({ text }) => text === "one", 50, "one", 1));
  assert.match(error, /nothing within 50 ms/);
  await clockd.stop();
});

test("does not see the broker of the person who runs the tests", async () => {
  process.env.AMQP_URL = "amqp://somewhere";
  const clockd = shell('echo "[$AMQP_URL]"');
  await clockd.waitFor(({ text }) => text === "[]", 20_000, "an empty variable");
  await clockd.exited;
  delete process.env.AMQP_URL;
});

/** A program that stands in for clockd. */
function shell(script: string): Clockd {
  process.env.CLOCKD_BIN = "/bin/sh";
  try {
    return runClockd(["-c", script]);
  } finally {
    delete process.env.CLOCKD_BIN;
  }
}

async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it did not fail");
}

test.run();
