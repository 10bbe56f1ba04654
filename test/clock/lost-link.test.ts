import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createClock } from "../../src/clock/clock.ts";
import { fireId } from "../../src/ledger/fire.ts";
import type { Event } from "../../src/observe/events.ts";
import { configOf } from "../support/config.ts";
import { simulatedTime } from "../support/simulated-time.ts";
import { memoryBroker } from "./memory-broker.ts";

const test = suite("a link that is lost in the middle of a burst");
const T = Date.parse("2026-12-01T08:00:00Z");
const JOBS = 23;

/** Runs a clock for a minute; links live as long as they are told to. */
async function minute(lives: number[], connectDelay = 0) {
  const jobs = Array.from(
    { length: JOBS },
    (_, n) => `  job-${n}: {every: ${2 + (n % 3)}s, run: "true"}`,
  );
  const config = configOf(`version: 1\njobs:\n${jobs.join("\n")}\n`, T);
  const broker = memoryBroker();
  broker.lives = lives;
  const stop = new AbortController();
  const time = simulatedTime(T, T + 60_000, () => stop.abort());
  const { openClock } = broker;
  broker.openClock = async (queues) => {
    time.set(time.now() + connectDelay);
    return openClock(queues);
  };
  const events: Event[] = [];
  const emit = (event: Event) => void events.push(event);
  await createClock({ broker, config, time, emit, random: () => 0 }).run(stop.signal);
  return { config, broker, events };
}

/** Every slot of the minute is fired or recorded as missed; copies beyond the first are flagged. */
function assertNothingLost({ config, broker, events }: Awaited<ReturnType<typeof minute>>): void {
  const unflagged = broker.arrived.filter(({ maybeDuplicate }) => !maybeDuplicate);
  const ids = unflagged.map(({ job, slot }) => fireId(job, slot));
  assert.is(new Set(ids).size, ids.length, "a fire was sent twice without a flag");
  for (const [name, { schedule }] of config.jobs) {
    const fired = new Set(broker.arrived.filter(({ job }) => job === name).map(({ slot }) => slot));
    const missed = events.flatMap((event) =>
      event.type === "slots.missed" && event.job === name ? [event] : [],
    );
    for (let slot = schedule.next(T)!; slot < T + 60_000; slot = schedule.next(slot)!) {
      const recorded = missed.some(({ first, last }) => slot >= first && slot <= last);
      assert.ok(fired.has(slot) || recorded, `${fireId(name, slot)} is lost`);
      assert.not(fired.has(slot) && recorded, `${fireId(name, slot)} is fired and missed`);
    }
  }
}

for (const life of [1, 2, 3, 7, 11, 22, 23, 24]) {
  test(`after ${life} fires, again and again: nothing is lost, no job stops`, async () => {
    assertNothingLost(await minute(Array.from({ length: 40 }, () => life)));
  });
}

test("and once more while it catches up after an outage", async () => {
  for (let life = 1; life < 40; life++) {
    assertNothingLost(await minute([life, 3, life, 5, 4], 7000));
  }
});

test.run();
