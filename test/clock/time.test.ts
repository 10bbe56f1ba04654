import { suite } from "uvu";
import * as assert from "uvu/assert";
import { systemTime } from "../../src/clock/time.ts";

const test = suite("the machine's clock");
const real = Date.now;

test.after.each(() => {
  Date.now = real;
});

test("a wait ends when its instant has come, not before", async () => {
  const time = systemTime();
  const instant = time.now() + 30;
  await time.sleepUntil(instant);
  assert.ok(time.now() >= instant);
});

test("a wait is cut short by its signal, and one for the past still gives others a turn", async () => {
  const time = systemTime();
  const early = new AbortController();
  setImmediate(() => early.abort());
  await time.sleepUntil(time.now() + 60_000, early.signal);
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  await time.sleepUntil(0);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(turned);
});

test("a clock that is set back ends a wait within a second, so that somebody notices", async () => {
  const time = systemTime();
  const began = performance.now();
  const waiting = time.sleepUntil(time.now() + 30_000);
  Date.now = () => real() - 3_600_000;
  await waiting;
  assert.ok(performance.now() - began < 5000);
});

test("a clock that is set forward ends a wait within a second", async () => {
  const time = systemTime();
  const began = performance.now();
  const waiting = time.sleepUntil(time.now() + 30_000);
  Date.now = () => real() + 3_600_000;
  await waiting;
  assert.ok(performance.now() - began < 5000);
});

test.run();
