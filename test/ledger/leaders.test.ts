import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fireId } from "../../src/ledger/fire.ts";
import { gapsOf } from "../../src/ledger/owed.ts";
import { always } from "../schedule/property.ts";
import { createWorld, NAMES, type Step, slotsIn } from "./leaders.ts";

const test = suite("leaders that follow on one another at any time");

const START = 1000;

function stepsOf(what: readonly Step["what"][], refused: fc.Arbitrary<boolean>, skew: number) {
  const step: fc.Arbitrary<Step> = fc.record({
    what: fc.constantFrom(...what),
    wait: fc.integer({ min: 0, max: 15 }),
    pick: fc.nat(1000),
    skew: fc.integer({ min: -skew, max: skew }),
    refused,
  });
  return fc.array(step, { maxLength: 40 });
}

const never = fc.constant(false);
const rarely = fc.integer({ min: 0, max: 3 }).map((n) => n === 0);
const USUAL = ["elect", "live", "late", "miss", "retry", "progress"] as const;
const ALL = [...USUAL, "stale-live", "stale-late"] as const;

/** After each step, with the fold's answer to what is owed if another clock were elected now. */
function afterEach(
  steps: readonly Step[],
  check: (found: { job: string; slot: number; isRecorded: boolean; isOwed: boolean }) => void,
): void {
  const world = createWorld(START);
  for (const step of steps) {
    world.step(step);
    for (const job of NAMES) {
      const { state } = world;
      const gaps = gapsOf(state, job, world.time)!;
      const owed = new Set(slotsIn(job, gaps));
      // Slots after it are fired by the next leader in their time.
      const end = Math.max(world.time, state.settled, state.jobs.get(job)!.last);
      for (const slot of slotsIn(job, [{ after: START, until: end }])) {
        if (world.untold.has(fireId(job, slot))) continue;
        const isRecorded = world.recorded.get(job)!.has(slot);
        check({ job, slot, isRecorded, isOwed: owed.has(slot) });
      }
    }
  }
}

function neverTwice(steps: readonly Step[]): void {
  afterEach(steps, ({ job, slot, isRecorded, isOwed }) => {
    assert.not(isRecorded && isOwed, `${job}@${slot} is recorded and owed`);
  });
}

function neverLost(steps: readonly Step[]): void {
  afterEach(steps, ({ job, slot, isRecorded, isOwed }) => {
    assert.ok(isRecorded || isOwed, `${job}@${slot} is neither recorded nor owed`);
  });
}

test("no slot is lost, and none is fired twice", () => {
  always(3000, stepsOf(USUAL, never, 0), (steps) => {
    neverTwice(steps);
    neverLost(steps);
  });
});

test("nor when their clocks differ", () => {
  always(3000, stepsOf(USUAL, never, 40), (steps) => {
    neverTwice(steps);
    neverLost(steps);
  });
});

test("nor when the broker refuses fires and takes newer ones", () => {
  always(3000, stepsOf(USUAL, rarely, 40), (steps) => {
    neverTwice(steps);
    neverLost(steps);
  });
});

test("nor when one goes on that was replaced", () => {
  always(3000, stepsOf(ALL, never, 40), (steps) => {
    neverTwice(steps);
    neverLost(steps);
  });
});

test.run();
