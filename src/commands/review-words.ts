import type { Instant } from "../clock/time.ts";
import type { SlotChanges } from "../review/compare.ts";
import type { Moment } from "../review/minutes.ts";
import type { JobReview, Review } from "../review/review.ts";
import { counted, durationWords, listed } from "../schedule/words.ts";
import { type Zone, zoneNamed } from "../schedule/zone.ts";
import { momentText } from "./table.ts";

/** `2 jobs added, 1 removed, 3 changed, 9,994 as before`, or that there is nothing. */
export function summaryOf({ added, removed, renamed, changed, same, file }: Review): string {
  const counts = [
    [added, "added"],
    [removed, "removed"],
    [renamed, "renamed"],
    [changed, "changed"],
  ] as const;
  const parts = counts
    .filter(([{ length }]) => length > 0)
    .map(([{ length }, word]) => ({ length, word }));
  const words = parts.map(({ length, word }, index) =>
    index === 0 ? `${counted(length, "job")} ${word}` : `${number(length)} ${word}`,
  );
  const above = file.length > 0 ? [`${file.map(({ field }) => field).join(" and ")} changed`] : [];
  if (words.length + above.length === 0) return `No differences: ${counted(same, "job")}.`;
  return `${[...above, ...words, `${number(same)} as before`].join(", ")}.`;
}

/** `gains 30 slots`, `30 slots move by 1 hour`; undefined when its slots are the same. */
export function slotWords(slots: SlotChanges | undefined): string | undefined {
  if (!slots) return undefined;
  const { gained, lost, moved, before, after } = slots;
  if (gained + lost === 0) return "no slot is another one in this time";
  if (before === 0) return `gains ${number(after)} ${after === 1 ? "slot" : "slots"}`;
  if (after === 0) return `loses all of its ${number(before)} slots`;
  const of = `${number(before)} → ${number(after)}`;
  if (moved > 0 && moved === gained && moved === lost) {
    return `${counted(moved, "slot")} ${moved === 1 ? "moves" : "move"} ${byWords(slots)}`;
  }
  const parts = [
    ...(gained > 0 ? [`gains ${number(gained)}`] : []),
    ...(lost > 0 ? [`loses ${number(lost)}`] : []),
    ...(moved > 0 ? [`${number(moved)} of them by moving ${byWords(slots)}`] : []),
  ];
  return `slots ${of}: ${parts.join(", ")}`;
}

/** `1 hour later`, `by 1 hour to 2 hours later`. */
function byWords({ movedBy }: SlotChanges): string {
  const { least, most } = movedBy!;
  const one = (ms: number) => `${durationWords(ms, 2)} ${ms < 0 ? "earlier" : "later"}`;
  if (least === most) return one(least);
  return `by between ${one(least)} and ${one(most)}`;
}

/** The first slot that is not in both, in the job's zone. */
export function firstWords({ slots, timezone }: JobReview): string | undefined {
  if (!slots?.first) return undefined;
  const { slot, kind } = slots.first;
  return `first: ${momentText(slot, zoneNamed(timezone)!)} is ${kind}`;
}

export function busiestWords(moment: Moment | undefined, zone: Zone, most = 5): string {
  if (!moment) return "no slot at all";
  const { at, slots, jobs } = moment;
  return `${counted(slots, "slot")} at ${minuteText(at, zone)} (${someOf(jobs, most)})`;
}

/** `a, b and 8 others` */
export function someOf(names: readonly string[], most: number): string {
  if (names.length <= most) return listed(names);
  return `${names.slice(0, most).join(", ")} and ${number(names.length - most)} others`;
}

/** `Tue 2026-12-01 09:00 +01:00` */
export function minuteText(at: Instant, zone: Zone): string {
  const minute = Math.floor(at / 60_000) * 60_000;
  return momentText(minute, zone).replace(/:00(?= [+-])/, "");
}

/** `9,994`: the same in every language of a machine. */
export function number(value: number): string {
  return value.toLocaleString("en-US");
}
