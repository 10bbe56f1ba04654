import fc from "fast-check";
import * as assert from "uvu/assert";
import { compileSchedule } from "../../src/schedule/compile.ts";
import type { Schedule, ScheduleSpec } from "../../src/schedule/schedule.ts";

/** For a long hunt: so many times the usual number of tries, or other tries. */
const RUNS = Number(process.env.CLOCKD_PROPERTY_RUNS ?? 1);
const SEED = Number(process.env.CLOCKD_PROPERTY_SEED ?? 20_261_124);

/** A failure prints the seed, and the smallest case found. */
export function always<T>(
  tries: number,
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => void,
): void {
  const numRuns = Math.ceil(tries * RUNS);
  fc.assert(fc.property(arbitrary, check), { seed: SEED, numRuns, includeErrorInReport: true });
}

/** Patterns that never match have no slots at all; anything else that is refused is a failure. */
export function scheduleOf(spec: ScheduleSpec): Schedule {
  const compiled = compileSchedule(spec);
  if ("schedule" in compiled) return compiled.schedule;
  const refused = compiled.problems.filter(({ code }) => code !== "SCHEDULE_NEVER");
  assert.equal(refused, [], "refused");
  const never = new Set(compiled.problems.map(({ index }) => index));
  const cron = spec.cron!.filter((_, index) => !never.has(index));
  return cron.length === 0 ? { next: () => undefined } : scheduleOf({ ...spec, cron });
}

/** The slots after `from` and not after `until`, each asked for from the one before. */
export function slotsOf(schedule: Schedule, from: number, until: number): number[] {
  const slots: number[] = [];
  let after = from;
  for (;;) {
    const slot = schedule.next(after);
    if (slot === undefined || slot > until) return slots;
    assert.ok(slot > after, `${iso(slot)} is not after ${iso(after)}`);
    slots.push(slot);
    after = slot;
  }
}

export const iso = (instant: number) => new Date(instant).toISOString();

/** Tells the slots that make the difference: the lists can be long. */
export function same(found: readonly number[], expected: readonly number[]): void {
  const [has, needs] = [new Set(found), new Set(expected)];
  const missing = expected.filter((slot) => !has.has(slot)).map(iso);
  const extra = found.filter((slot) => !needs.has(slot)).map(iso);
  const some = (slots: string[]) => slots.slice(0, 5).join(" ") || "none";
  if (missing.length + extra.length === 0) return;
  throw new Error(`missing: ${some(missing)}; not expected: ${some(extra)}`);
}
