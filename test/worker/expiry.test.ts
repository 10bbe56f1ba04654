import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isExpired } from "../../src/worker/expiry.ts";
import { configOf } from "../support/config.ts";

function scheduleOf(job: string) {
  return configOf(`version: 1\njobs: {a: {${job}, run: x}}`).jobs.get("a")!.schedule;
}

const HOURLY = scheduleOf("every: 1h");
const SLOT = Date.UTC(2026, 11, 1, 8);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const test = suite("a slot that expires");

test("without `expires` a run starts however late", () => {
  assert.not(isExpired(undefined, SLOT, HOURLY, SLOT + 400 * 24 * HOUR));
});

test("it does not start any more when its slot is as old as that", () => {
  assert.not(isExpired(30 * MINUTE, SLOT, HOURLY, SLOT + 30 * MINUTE - 1));
  assert.ok(isExpired(30 * MINUTE, SLOT, HOURLY, SLOT + 30 * MINUTE));
});

test("a worker whose clock is behind the clock that fired it starts it", () => {
  assert.not(isExpired(1000, SLOT, HOURLY, SLOT - 5000));
  assert.not(isExpired("next", SLOT, HOURLY, SLOT - 5000));
});

test("`next` is when the next slot is due, also by a pattern with gaps", () => {
  assert.not(isExpired("next", SLOT, HOURLY, SLOT + HOUR - 1));
  assert.ok(isExpired("next", SLOT, HOURLY, SLOT + HOUR));
  const workdays = scheduleOf('cron: "0 8 * * mon-fri"');
  const friday = Date.UTC(2026, 11, 4, 8);
  assert.not(isExpired("next", friday, workdays, friday + 72 * HOUR - 1));
  assert.ok(isExpired("next", friday, workdays, friday + 72 * HOUR));
});

test("a fire out of turn is good until the next slot of the schedule", () => {
  const asked = SLOT + 20 * MINUTE;
  assert.not(isExpired("next", asked, HOURLY, SLOT + HOUR - 1));
  assert.ok(isExpired("next", asked, HOURLY, SLOT + HOUR));
});

test("after the last slot there is no next one", () => {
  const once = scheduleOf("at: 2026-12-01T08:00:00");
  assert.not(isExpired("next", SLOT, once, SLOT + 400 * 24 * HOUR));
});

test.run();
