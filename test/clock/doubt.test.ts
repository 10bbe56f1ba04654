import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ClockLink, FireOutcome } from "../../src/broker/broker.ts";
import { type Clock, createClock } from "../../src/clock/clock.ts";
import { fireId } from "../../src/ledger/fire.ts";
import { applyEntry, emptyState } from "../../src/ledger/fold.ts";
import { STANDARD_PACE } from "../../src/ledger/pace.ts";
import type { Event } from "../../src/observe/events.ts";
import { configOf } from "../support/config.ts";
import { type SimulatedTime, simulatedTime } from "../support/simulated-time.ts";
import { type MemoryBroker, memoryBroker } from "./memory-broker.ts";

const test = suite("a leader that has cause to doubt");
const T = Date.parse("2026-12-01T08:00:00Z");
const REFUSED: FireOutcome = {
  kind: "undeliverable",
  problem: { code: "BROKER_TOO_LARGE", message: "refused" },
};

const file = (...jobs: string[]) => configOf(`version: 1\njobs:\n  ${jobs.join("\n  ")}\n`, T);

interface Run {
  from: number;
  seconds: number;
  /** Changes what a link does. */
  tamper?: (link: ClockLink, time: SimulatedTime) => Partial<ClockLink>;
  onEvent?: (event: Event, clock: Clock) => void;
}

/** Runs a clock for some seconds from `from` (seconds after T) on. */
async function run(
  broker: MemoryBroker,
  config: ReturnType<typeof configOf>,
  { from, seconds, tamper = () => ({}), onEvent = () => {} }: Run,
): Promise<Event[]> {
  const stop = new AbortController();
  const start = T + from * 1000;
  const time = simulatedTime(start, start + seconds * 1000, () => stop.abort());
  const openClock: MemoryBroker["openClock"] = async (queues) => {
    const link = (await broker.openClock(queues)) as ClockLink;
    const own = Object.getOwnPropertyDescriptors(tamper(link, time));
    return Object.create(link, own) as ClockLink;
  };
  const events: Event[] = [];
  const deps = { broker: { ...broker, openClock }, config, name: `test:${from}`, time };
  const emit = (event: Event) => {
    events.push(event);
    onEvent(event, clock);
  };
  const clock = createClock({ ...deps, emit, random: () => 0, pace: STANDARD_PACE });
  await clock.run(stop.signal);
  return events;
}

function slotsOf({ arrived }: MemoryBroker): number[] {
  return arrived.map(({ slot }) => (slot - T) / 1000);
}

test("does not say that it has caught up when a refusal cut the late work off", async () => {
  const config = file(`a: {every: 1s, catch_up: {run: all, max: 1000}, run: "true"}`);
  const broker = memoryBroker();
  await run(broker, config, { from: 0, seconds: 3 });
  let refuse: ((outcome: FireOutcome) => void) | undefined;
  let refused = false;
  await run(broker, config, {
    from: 150,
    seconds: 2,
    tamper: (link, time) => ({
      append: (record) => {
        const isFirst = record.kind === "clock" && record.event === "progress" && !refused;
        if (!isFirst) return link.append(record);
        refused = true;
        return new Promise((resolve) => {
          refuse = resolve;
        });
      },
      // The refusal comes while late work waits, and everything sent so far is answered.
      room: () => {
        const room = link.room();
        if (!room || !refuse) return room;
        return (async () => {
          for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
          refuse?.(REFUSED);
          refuse = undefined;
          for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
          time.set(time.now() + 1100);
        })();
      },
    }),
  });
  assert.ok(refused);
  await run(broker, config, { from: 160, seconds: 2 });
  const slots = new Set(slotsOf(broker));
  for (let slot = 1; slot <= 160; slot++) assert.ok(slots.has(slot), `${slot} is lost`);
});

test("takes for late what came due while its marker was on the way", async () => {
  const config = file(`a: {every: 1s, run: "true"}`);
  const broker = memoryBroker();
  await run(broker, config, { from: 0, seconds: 3 });
  let held = false;
  await run(broker, config, {
    from: 5,
    seconds: 65,
    tamper: (link, time) => ({
      append: async (record) => {
        const outcome = await link.append(record);
        if (record.kind !== "clock" || record.event !== "leading" || held) return outcome;
        held = true;
        time.set(time.now() + 60_000);
        return outcome;
      },
    }),
  });
  const inTime = broker.arrived
    .filter(({ catchUp }) => !catchUp)
    .map(({ slot }) => (slot - T) / 1000);
  assert.equal(
    inTime.filter((slot) => slot > 5 && slot < 65),
    [],
  );
  assert.equal(
    slotsOf(broker).filter((slot) => slot > 3 && slot <= 65),
    [65],
  );
});

test("a broker that is always slow is led all the same", async () => {
  const broker = memoryBroker();
  let markers = 0;
  await run(broker, file(`a: {every: 1s, run: "true"}`), {
    from: 0,
    seconds: 600,
    tamper: (link, time) => ({
      append: async (record) => {
        const outcome = await link.append(record);
        const isMarker = record.kind === "clock" && record.event === "leading";
        if (isMarker && ++markers < 20) time.set(time.now() + 6000);
        return outcome;
      },
    }),
  });
  assert.is(markers, 3);
  assert.ok(broker.arrived.length > 500);
});

test("a fire that the broker held up is not fired a second time by its own next term", async () => {
  const config = file(
    `a: {every: 1m, catch_up: {run: all}, run: "true"}`,
    `b: {every: 1s, run: "true"}`,
  );
  const broker = memoryBroker();
  const held: (() => void)[] = [];
  await run(broker, config, {
    from: 0,
    seconds: 200,
    tamper: (link, time) => ({
      fire: async (fire) => {
        if (fire.job === "a" && fire.slot === T + 60_000 && held.length === 0) {
          await new Promise<void>((resolve) => held.push(resolve));
          return link.isLost
            ? { kind: "in-doubt", problem: { code: "BROKER_X", message: "x" } }
            : link.fire(fire);
        }
        if (fire.job === "b" && fire.slot === T + 65_000)
          setImmediate(() => time.set(time.now() + 20_000));
        if (fire.job === "b" && fire.slot === T + 90_000) held[0]?.();
        return link.fire(fire);
      },
    }),
  });
  assert.is(held.length, 1);
  const unflagged = broker.arrived.filter((fire) => !fire.maybeDuplicate);
  const ids = unflagged.map(({ job, slot }) => fireId(job, slot));
  assert.is(new Set(ids).size, ids.length, ids.filter((id, at) => ids.indexOf(id) !== at).join());
  assert.ok(ids.includes(fireId("a", T + 60_000)));
});

test("a job that is renamed and paused by one edit keeps what the ledger knows of it", async () => {
  const late = "every: 1s, catch_up: {run: all, max: 1000}";
  const broker = memoryBroker();
  await run(broker, file(`a: {${late}, run: "true"}`), { from: 0, seconds: 3 });
  const next = file(`b: {${late}, renamed_from: a, paused: true, run: "true"}`);
  await run(broker, file(`a: {${late}, run: "true"}`), {
    from: 600,
    seconds: 2,
    onEvent: (event, clock) => {
      if (event.type === "clock.leading") void clock.reload(next);
    },
  });
  const state = emptyState();
  for (const [position, record] of broker.ledger.entries()) applyEntry(state, position, record);
  assert.equal([...state.jobs.keys()], ["b"]);
  const { missed = 0, lastFire } = state.jobs.get("b") ?? {};
  assert.ok(missed > 0, "nothing was late any more when the file came");
  assert.ok(lastFire, "the fires of its old name are forgotten");
  // Those that were fired late and those that were not: each slot once.
  assert.is(missed + broker.arrived.length, 600);
});

test.run();
