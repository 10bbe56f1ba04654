import type { FieldChange } from "../review/fields.ts";
import type { JobReview, Review } from "../review/review.ts";
import { formatLocal } from "../schedule/datetime.ts";
import { type Zone, zoneNamed } from "../schedule/zone.ts";
import { type Colors, colorsFor } from "./colors.ts";
import { short } from "./ledger-words.ts";
import { busiestWords, firstWords, minuteText, slotWords, summaryOf } from "./review-words.ts";
import { plain } from "./table.ts";

/** Differences with what is needed to show them. */
export interface DiffShown {
  review: Review;
  /** What the two files are called. */
  old: string;
  new: string;
  /** That moments of no job are shown in. */
  zone: Zone;
}

/** The differences for a person at a terminal. */
export function diffText({ review, old, new: now, zone }: DiffShown, isColored: boolean): string {
  const colors = colorsFor(isColored);
  const { window, added, removed, renamed, changed, file, busiest } = review;
  const title = `${plain(old)} → ${plain(now)}`;
  const time = `slots from ${minuteText(window.from, zone)} to ${minuteText(window.to, zone)}`;
  const lines = [
    `${colors.bold(title)}  ${colors.dim(time)}`,
    summaryOf(review),
    ...adviceOf(review).map((advice) => `! ${advice}`),
    ...fieldLines(file, colors, "  "),
    ...removed.flatMap((job) => jobLines(colors.less(`- ${job.name}`), job, colors)),
    ...added.flatMap((job) => jobLines(colors.more(`+ ${job.name}`), job, colors)),
    ...renamed.flatMap((job) => jobLines(`> ${job.name} (was ${job.was})`, job, colors)),
    ...changed.flatMap((job) => jobLines(`~ ${job.name}`, job, colors)),
    "",
    `Busiest minute before: ${busiestWords(busiest.before, zone)}`,
    `Busiest minute after:  ${busiestWords(busiest.after, zone)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** What a reviewer should ask the author, in sentences. */
export function adviceOf({ likely, file }: Review): string[] {
  const others = file.some(({ field }) => field === "namespace")
    ? ["another namespace is another ledger: every job begins anew, and pauses are forgotten"]
    : [];
  return [
    ...others,
    ...likely.map(
      ({ from, to }) =>
        `${to} looks like ${from} with a new name: with renamed_from: ${from} it goes on where that job was`,
    ),
  ];
}

const MOST = 100;

function jobLines(title: string, job: JobReview, colors: Colors): string[] {
  const zone = zoneNamed(job.timezone)!;
  const paused = job.paused ? " (paused)" : "";
  const notes = [slotWords(job.slots), firstWords(job)].filter((text) => text !== undefined);
  return [
    "",
    title + paused,
    ...fieldLines(job.fields, colors, "    "),
    ...(notes.length > 0 ? [`    ${notes.join("; ")}`] : []),
    ...job.surprises.map(
      ({ at, effect }) => `    ${formatLocal(at, zone).slice(0, 10)}: ${effect}`,
    ),
  ];
}

function fieldLines(fields: readonly FieldChange[], colors: Colors, indent: string): string[] {
  return fields.map(({ field, old, new: now }) => {
    const [from, to] = [old, now].map((text) =>
      text === null ? "none" : short(plain(text), MOST),
    );
    return `${indent}${plain(field)}: ${colors.less(from!)} → ${colors.more(to!)}`;
  });
}
