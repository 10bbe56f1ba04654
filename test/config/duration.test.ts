import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatDuration, parseDuration } from "../../src/config/duration.ts";

const test = suite("durations");

const PAIRS: [string, number][] = [
  ["0s", 0],
  ["1ms", 1],
  ["500ms", 500],
  ["5m", 300_000],
  ["2h30m", 9_000_000],
  ["1d", 86_400_000],
  ["1d1h1m1s1ms", 90_061_001],
];

test("words and ms are the same, both ways", () => {
  for (const [text, ms] of PAIRS) {
    assert.is(parseDuration(text), ms, text);
    assert.is(formatDuration(ms), text);
  }
  assert.is(parseDuration("90s"), 90_000);
  assert.is(formatDuration(90_000), "1m30s");
  assert.is(parseDuration("48h"), 2 * 86_400_000);
});

test("anything else is no duration", () => {
  const others = [
    "",
    "5",
    "m",
    "5 m",
    " 5m",
    "5m ",
    "5m2h",
    "5m5m",
    "1.5h",
    "-5m",
    "5M",
    "5min",
    "5m\n",
  ];
  for (const text of others) assert.is(parseDuration(text), undefined, JSON.stringify(text));
});

test("a duration too long to be counted exactly is none", () => {
  assert.is(parseDuration("9007199254740991ms"), Number.MAX_SAFE_INTEGER);
  assert.is(parseDuration("9007199254740992ms"), undefined);
  assert.is(parseDuration(`${"9".repeat(400)}d`), undefined);
});

test.run();
