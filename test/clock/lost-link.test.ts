import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createClock } from "../../src/clock/clock.ts";
import { fireId } from "../../src/ledger/fire.ts";
import type { Event } from "../../src/observe/events.ts";
import { configOf } from "../support/config.ts";
import { simulatedTime } from "../support/simulated-time.ts";
import { type MemoryBroker, memoryBroker } from "./memory-broker.ts";

const test = suite("a link that is lost in the middle of a burst");
const T = Date.parse("2026-12-01T08:00:00Z");
const JOBS = 23;
const POLICIES = ["{run: latest}", "{run: all}", "{run: none}"];

/** Runs a clock for a minute; links live as long as they are told to. */
async function minute(
  lives: number[],
  { connectDelay = 0, step = 0, lastOne = { ledger: true, queue: true } } = {},
) {
  const jobs = Array.from(
    { length: JOBS },
    (_, n) => `  job-${n}: {every: ${2 + (n % 3)}s, catch_up: ${POLICIES[n % 3]}, run: "true"}`,
  );
  const config = configOf(`version: 1\njobs:\n${jobs.join("\n")}\n`, T);
  const broker = memoryBroker();
  broker.lives = lives;
  broker.lastOne = lastOne;
  const stop = new AbortController();
  const time = simulatedTime(T, T + 60_000, () => stop.abort());
  const { openClock } = broker;
  broker.openClock = async (queues) => {
    time.set(time.now() + connectDelay);
    return openClock(queues);
  };
  const events: Event[] = [];
  let fired = 0;
  const emit = (event: Event) => {
    events.push(event);
    // The machine sleeps in the middle of leading, once.
    if (event.type === "fire.confirmed" && ++fired === 40) time.set(time.now() + step);
  };
  await createClock({ broker, config, name: "test:1", time, emit, random: () => 0 }).run(
    stop.signal,
  );
  // What the last link could not record, the next clock finds.
  const after = new AbortController();
  const later = simulatedTime(time.now(), time.now() + 2000, () => after.abort());
  broker.lives = [];
  await createClock({ broker, config, name: "test:2", time: later, emit, random: () => 0 }).run(
    after.signal,
  );
  return { config, broker, events, until: later.now() };
}

function missedIn({ ledger }: MemoryBroker, name: string) {
  return ledger.flatMap((record) =>
    record.kind === "missed" && record.job === name ? [record] : [],
  );
}

/** Every slot of the minute is in a queue or recorded as missed; copies beyond the first are flagged. */
function assertNothingLost(
  { config, broker, until }: Awaited<ReturnType<typeof minute>>,
  { contradictions = false } = {},
): void {
  const unflagged = broker.arrived.filter(({ maybeDuplicate }) => !maybeDuplicate);
  const ids = unflagged.map(({ job, slot }) => fireId(job, slot));
  assert.is(new Set(ids).size, ids.length, "a fire was sent twice without a flag");
  for (const [name, { schedule }] of config.jobs) {
    const fired = new Set(broker.arrived.filter(({ job }) => job === name).map(({ slot }) => slot));
    const missed = missedIn(broker, name);
    // A clock that never saw the job in the ledger begins with the present.
    const added = broker.ledger.findIndex(
      (record) => record.kind === "job" && record.event === "added",
    );
    assert.ok(added >= 0);
    const first = broker.ledger[added] as { after: number };
    for (let slot = schedule.next(first.after)!; slot < until - 1000; slot = schedule.next(slot)!) {
      const recorded = missed.some(({ first, last }) => slot >= first && slot <= last);
      assert.ok(fired.has(slot) || recorded, `${fireId(name, slot)} is lost`);
      if (!contradictions) {
        assert.not(fired.has(slot) && recorded, `${fireId(name, slot)} is fired and missed`);
      }
    }
  }
}

for (const life of [3, 4, 7, 11, 22, 23, 24, 25, 60]) {
  test(`after ${life} things, again and again: nothing is lost, no job stops`, async () => {
    assertNothingLost(await minute(Array.from({ length: 40 }, () => life)));
  });
}

test("and once more while it catches up after an outage", async () => {
  for (let life = 3; life < 60; life++) {
    assertNothingLost(await minute([life, 3, life, 5, 4], { connectDelay: 7000 }));
  }
});

test("after a sleep of the machine, wherever the link is lost in the late work", async () => {
  for (let life = 42; life < 130; life++) assertNothingLost(await minute([life], { step: 9000 }));
});

test("a last fire that reached the queue and not the ledger is never doubled without a flag", async () => {
  const lastOne = { ledger: false, queue: true };
  for (let life = 3; life < 60; life++) {
    const lives = [life, 40, life, 5, 30];
    assertNothingLost(await minute(lives, { lastOne }), { contradictions: true });
  }
});

test("a last fire that reached the ledger and not the queue is sent again", async () => {
  const lastOne = { ledger: true, queue: false };
  for (let life = 3; life < 60; life++)
    assertNothingLost(await minute([life, 40, life], { lastOne }));
});

test("a last fire that reached neither is fired as if nothing had been", async () => {
  const lastOne = { ledger: false, queue: false };
  for (let life = 3; life < 60; life++) {
    const run = await minute([life, 40, life], { lastOne });
    assertNothingLost(run);
  }
});

test.run();
