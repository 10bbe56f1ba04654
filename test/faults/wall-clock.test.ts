import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Instant, systemTime } from "../../src/clock/time.ts";
import { createWallClock } from "./wall-clock.ts";

const test = suite("a wall clock that a test sets");
const HOUR = 3_600_000;

test("is the machine's, and an hour later or earlier when it is set", () => {
  const clock = createWallClock(systemTime());
  for (const offset of [0, HOUR, -HOUR]) {
    clock.offset = offset;
    assert.ok(Math.abs(clock.now() - Date.now() - offset) < 50);
  }
});

test("notices within a second that it was set on", async () => {
  const clock = createWallClock(systemTime());
  const began = performance.now();
  const waiting = clock.sleepUntil(clock.now() + HOUR / 2);
  clock.offset = HOUR;
  await waiting;
  assert.ok(performance.now() - began < 1500);
});

test("ends a wait when it was set back, or when it is aborted", async () => {
  const clock = createWallClock(systemTime());
  const end: Instant = clock.now() + HOUR;
  const waiting = clock.sleepUntil(end);
  clock.offset = -HOUR;
  await waiting;
  const stop = new AbortController();
  const aborted = clock.sleepUntil(end, stop.signal);
  stop.abort();
  await aborted;
});

test("waits as long as the machine's when nobody sets it", async () => {
  const clock = createWallClock(systemTime());
  clock.offset = HOUR;
  const end = clock.now() + 30;
  await clock.sleepUntil(end);
  assert.ok(clock.now() >= end);
});

test.run();
