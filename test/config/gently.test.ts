import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadGently, loadText } from "../../src/config/load.ts";

const test = suite("a large file that is read while slots come due");
const options = {
  file: "f.yml",
  role: "clock" as const,
  environment: {},
  now: Date.UTC(2026, 9, 1),
};

/** How often others had their turn during the reading. */
async function turnsDuring(reading: Promise<unknown>): Promise<number> {
  let turns = 0;
  let over = false;
  const count = () => {
    turns++;
    if (!over) setImmediate(count);
  };
  setImmediate(count);
  await reading;
  over = true;
  return turns;
}

test("others have their turn all the time, and the answer is the same", async () => {
  const jobs = Array.from(
    { length: 10_000 },
    (_, n) =>
      `  job-${n}: {cron: "${n % 60} ${n % 24} * * *", run: "true", timezone: Europe/Berlin}\n`,
  );
  const text = `version: 1\njobs:\n${jobs.join("")}  bad: {every: 1s}\n`;
  const reading = loadGently(text, options);
  // Thousands of lines a second are read: tens of turns at the very least.
  assert.ok((await turnsDuring(reading)) > 20);
  assert.equal((await reading).problems, loadText(text, options).problems);
});

test("millions of values in one piece are refused before they hold everything up", async () => {
  const reading = loadGently(`version: 1\nx: [${"1,".repeat(3_000_000)}]\njobs: {}\n`, options);
  assert.ok((await turnsDuring(reading)) > 20);
  assert.equal(
    (await reading).problems.map(({ code }) => code),
    ["CONFIG_TOO_LARGE"],
  );
});

test.run();
