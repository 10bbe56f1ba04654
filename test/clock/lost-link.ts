import * as assert from "uvu/assert";
import type { Broker } from "../../src/broker/broker.ts";
import { createClock } from "../../src/clock/clock.ts";
import { type Fire, fireId } from "../../src/ledger/fire.ts";
import { STANDARD_PACE } from "../../src/ledger/pace.ts";
import type { LedgerRecord } from "../../src/ledger/record.ts";
import type { Event } from "../../src/observe/events.ts";
import { configOf } from "../support/config.ts";
import { simulatedTime } from "../support/simulated-time.ts";

/** A broker for clocks, whose links are lost after so many things. */
export interface MortalBroker extends Broker {
  /** How many fires and records each link takes before it is lost, in the order of the links; then for ever. */
  lives: number[];
  /** What has come of it, when no clock runs any more. */
  evidence(): Promise<Evidence>;
}

export interface Evidence {
  /** Every fire that a work queue got, in order. */
  arrived: Pick<Fire, "job" | "slot" | "maybeDuplicate">[];
  ledger: LedgerRecord[];
}

const T = Date.parse("2026-12-01T08:00:00Z");
const JOBS = 23;
const POLICIES = ["{run: latest}", "{run: all}", "{run: none}"];

/** Runs a clock for a minute; links live as long as they are told to. */
export async function minute(
  broker: MortalBroker,
  lives: number[],
  { connectDelay = 0, step = 0 } = {},
) {
  const jobs = Array.from(
    { length: JOBS },
    (_, n) => `  job-${n}: {every: ${2 + (n % 3)}s, catch_up: ${POLICIES[n % 3]}, run: "true"}`,
  );
  const config = configOf(`version: 1\njobs:\n${jobs.join("\n")}\n`, T);
  broker.lives = lives;
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
  await createClock({
    broker,
    config,
    name: "test:1",
    time,
    emit,
    random: () => 0,
    pace: STANDARD_PACE,
  }).run(stop.signal);
  // What the last link could not record, the next clock finds.
  const after = new AbortController();
  const later = simulatedTime(time.now(), time.now() + 2000, () => after.abort());
  broker.lives = [];
  await createClock({
    broker,
    config,
    name: "test:2",
    time: later,
    emit,
    random: () => 0,
    pace: STANDARD_PACE,
  }).run(after.signal);
  return { config, ...(await broker.evidence()), events, until: later.now() };
}

function missedIn({ ledger }: Evidence, name: string) {
  return ledger.flatMap((record) =>
    record.kind === "missed" && record.job === name ? [record] : [],
  );
}

/** Every slot of the minute is in a queue or recorded as missed; copies beyond the first are flagged. */
export function assertNothingLost(
  { config, arrived, ledger, until }: Awaited<ReturnType<typeof minute>>,
  { contradictions = false } = {},
): void {
  const unflagged = arrived.filter(({ maybeDuplicate }) => !maybeDuplicate);
  const ids = unflagged.map(({ job, slot }) => fireId(job, slot));
  assert.is(new Set(ids).size, ids.length, "a fire was sent twice without a flag");
  for (const [name, { schedule }] of config.jobs) {
    const fired = new Set(arrived.filter(({ job }) => job === name).map(({ slot }) => slot));
    const missed = missedIn({ arrived, ledger }, name);
    // A clock that never saw the job in the ledger begins with the present.
    const added = ledger.findIndex((record) => record.kind === "job" && record.event === "added");
    assert.ok(added >= 0);
    const first = ledger[added] as { after: number };
    for (let slot = schedule.next(first.after)!; slot < until - 1000; slot = schedule.next(slot)!) {
      const recorded = missed.some(({ first, last }) => slot >= first && slot <= last);
      assert.ok(fired.has(slot) || recorded, `${fireId(name, slot)} is lost`);
      if (!contradictions) {
        assert.not(fired.has(slot) && recorded, `${fireId(name, slot)} is fired and missed`);
      }
    }
  }
}
