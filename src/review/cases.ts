import type { Config } from "../config/config.ts";
import { formatDuration } from "../config/duration.ts";
import type { ExpectedSlot, SlotsExpected, TestCase } from "../config/test-case.ts";
import { formatLocal } from "../schedule/datetime.ts";
import type { Instant, Schedule } from "../schedule/schedule.ts";
import { countBetween, slotsBetween } from "../schedule/window.ts";
import { type Zone, zoneNamed } from "../schedule/zone.ts";
import { togetherFaults } from "./together.ts";
import type { Window } from "./window.ts";

/** Something that is not as a test expects it, in words; times are local, with their offsets. */
export interface Fault {
  what: "slots" | "count" | "gap" | "none" | "never_together";
  expected: string;
  got: string;
}

/** What is not as the test expects it; empty: it passes. Its jobs must be in `jobs`. */
export function runCase(test: TestCase, jobs: Config["jobs"]): Fault[] {
  const { expects } = test;
  if (expects.kind === "never-together") {
    return togetherFaults(
      expects.jobs.map((name) => jobs.get(name)!),
      test,
    );
  }
  const { schedule, timezone } = jobs.get(expects.job)!;
  const look: Look = { schedule, zone: zoneNamed(timezone)!, window: test };
  return [
    ...slotsFaults(expects, look),
    ...countFaults(expects, look),
    ...gapFaults(expects, look),
    ...noneFaults(expects, look),
  ];
}

interface Look {
  schedule: Schedule;
  zone: Zone;
  window: Window;
}

/** More than anybody reads of what was not expected. */
const MOST_SHOWN = 10;

function slotsFaults({ slots: expected }: SlotsExpected, look: Look): Fault[] {
  if (!expected) return [];
  const most = expected.length + MOST_SHOWN + 1;
  const got = [...slotsIn(look).take(most)];
  const left = new Set(got);
  // Those that can mean one slot only have the first choice.
  const inOrder = expected.toSorted((a, b) => a.instants.length - b.instants.length);
  const missing = inOrder.filter(({ instants }) => {
    const found = instants.find((instant) => left.delete(instant) || undefined);
    return found === undefined;
  });
  if (missing.length + left.size === 0) return [];
  const words = (slots: readonly ExpectedSlot[]) =>
    some(slots.map((slot) => slotWords(slot, look.zone)));
  const parts = [
    ...(missing.length > 0 ? [`nothing at ${words(missing)}`] : []),
    ...(left.size > 0 ? [`unexpected ${shown([...left], look.zone, left.size)}`] : []),
  ];
  // In a long list nobody finds what is different.
  const isShort = expected.length + got.length <= 6;
  const found = isShort ? shown(got, look.zone, got.length) : parts.join("; ");
  return [{ what: "slots", expected: words(expected), got: found }];
}

/** As written; with what it comes to when that is one instant. */
function slotWords({ text, instants }: ExpectedSlot, zone: Zone): string {
  if (instants.length === 0) return `${text}, which does not exist on that day in ${zone.name}`;
  return instants.length === 1 ? formatLocal(instants[0]!, zone) : `${text} (comes twice)`;
}

function countFaults({ count }: SlotsExpected, { schedule, window, zone }: Look): Fault[] {
  if (count === undefined) return [];
  const got = countBetween(schedule, window.from - 1, window.to - 1);
  if (got === count) return [];
  const first = [...slotsIn({ schedule, window }).take(3)];
  const which = got > 0 ? `: ${shown(first, zone, got)}` : "";
  return [{ what: "count", expected: `${count} slots`, got: `${got}${which}` }];
}

function gapFaults({ gap }: SlotsExpected, look: Look): Fault[] {
  if (!gap) return [];
  const { min = 0, max = Infinity } = gap;
  const { every } = look.schedule;
  // The same distance again and again: two slots are enough to look at.
  const slots = every ? slotsIn(look).take(2) : slotsIn(look);
  const expected = gapWords(gap);
  let last: Instant | undefined;
  let count = 0;
  for (const slot of slots) {
    const ms = last === undefined ? undefined : slot - last;
    if (ms !== undefined && (ms < min || ms > max)) {
      const between = `${formatLocal(last!, look.zone)} and ${formatLocal(slot, look.zone)}`;
      return [{ what: "gap", expected, got: `${formatDuration(ms)} between ${between}` }];
    }
    last = slot;
    count += 1;
  }
  if (count > 1) return [];
  const got = count === 0 ? "no slot at all" : "one slot only, and no gap";
  return [{ what: "gap", expected, got }];
}

function gapWords({ min, max }: NonNullable<SlotsExpected["gap"]>): string {
  if (min !== undefined && min === max) return formatDuration(min);
  const parts = [
    ...(min === undefined ? [] : [`at least ${formatDuration(min)}`]),
    ...(max === undefined ? [] : [`at most ${formatDuration(max)}`]),
  ];
  return parts.join(" and ");
}

function noneFaults({ none }: SlotsExpected, look: Look): Fault[] {
  if (!none) return [];
  const first = [...slotsIn(look).take(3)];
  if (first.length === 0) return [];
  const { from, to } = look.window;
  const count = countBetween(look.schedule, from - 1, to - 1);
  return [{ what: "none", expected: "no slot", got: shown(first, look.zone, count) }];
}

function slotsIn({ schedule, window }: Pick<Look, "schedule" | "window">) {
  return slotsBetween(schedule, window.from - 1, window.to - 1);
}

function shown(slots: readonly Instant[], zone: Zone, count: number): string {
  return some(
    slots.map((slot) => formatLocal(slot, zone)),
    count,
  );
}

function some(texts: readonly string[], count = texts.length): string {
  const some = texts.slice(0, MOST_SHOWN);
  const more = count - some.length;
  const rest = more > 0 ? [`${more} more`] : [];
  return [...some, ...rest].join(", ") || "no slot";
}
