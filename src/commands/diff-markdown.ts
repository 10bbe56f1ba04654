import type { FieldChange } from "../review/fields.ts";
import type { JobReview } from "../review/review.ts";
import { formatLocal } from "../schedule/datetime.ts";
import { zoneNamed } from "../schedule/zone.ts";
import { adviceOf, type DiffShown } from "./diff-text.ts";
import { short } from "./ledger-words.ts";
import { markdownCode, markdownDetails, markdownTable, markdownText } from "./markdown.ts";
import {
  busiestWords,
  firstWords,
  minuteText,
  number,
  slotWords,
  summaryOf,
} from "./review-words.ts";

/** GitHub refuses a comment of more than 65,536 characters. */
const MOST_CHARACTERS = 60_000;

/** The differences as a comment of a review: the short of it first, the rest folded away. */
export function diffMarkdown({ review, old, new: now, zone }: DiffShown): string {
  const { window, added, removed, renamed, changed, file, busiest } = review;
  const time = `${minuteText(window.from, zone)} to ${minuteText(window.to, zone)}`;
  const surprised = [...added, ...renamed, ...changed].flatMap(surpriseRows);
  const advice = adviceOf(review);
  const head = [
    `### Schedules: ${markdownCode(old)} → ${markdownCode(now)}`,
    `**${markdownText(summaryOf(review))}** Slots from ${markdownText(time)}.`,
    ...(advice.length > 0 ? [someItems(advice)] : []),
    ...(file.length > 0 ? [fieldTable(file)] : []),
    markdownTable(
      ["busiest minute", ""],
      [
        ["before", markdownText(busiestWords(busiest.before, zone))],
        ["after", markdownText(busiestWords(busiest.after, zone))],
      ],
    ),
  ];
  const sections = [
    { title: "Changed", head: ["job", "field", "old", "new"], rows: changed.flatMap(fieldRows) },
    { title: "Renamed", head: ["job", "field", "old", "new"], rows: renamed.flatMap(fieldRows) },
    { title: "Slots", head: SLOTS, rows: [...changed, ...renamed].flatMap(slotRows) },
    { title: "Added", head: SLOTS, rows: added.map(soleRow) },
    { title: "Removed", head: SLOTS, rows: removed.map(soleRow) },
    { title: "Daylight saving", head: ["job", "day", "what happens"], rows: surprised },
  ];
  return `${[...head, ...folded(sections, head.join("\n\n").length)].join("\n\n")}\n`;
}

const SLOTS = ["job", "slots", "first"];
const MOST_ITEMS = 20;
const MOST_TEXT = 200;

interface Section {
  title: string;
  head: readonly string[];
  rows: string[][];
}

/** As many rows as a comment can hold; how many are left out is said. */
function folded(sections: readonly Section[], used: number): string[] {
  const filled = sections.filter(({ rows }) => rows.length > 0);
  // Each section may have its part, and what those before it have not used.
  let left = MOST_CHARACTERS - used;
  return filled.map(({ title, head, rows }, index) => {
    const share = Math.floor(left / (filled.length - index));
    const kept: string[][] = [];
    let size = 200;
    for (const row of rows) {
      size += row.join(" | ").length + 6;
      if (size > share) break;
      kept.push(row);
    }
    const rest = rows.length - kept.length;
    const more = rest > 0 ? `\n\n… and ${number(rest)} more: see \`clockd diff\`.` : "";
    const text = markdownDetails(
      `${title} (${number(rows.length)})`,
      markdownTable(head, kept) + more,
    );
    left -= text.length + 2;
    return text;
  });
}

function someItems(advice: readonly string[]): string {
  const items = advice.slice(0, MOST_ITEMS).map((text) => `- ⚠️ ${markdownText(text)}`);
  const rest = advice.length - items.length;
  return [...items, ...(rest > 0 ? [`- … and ${number(rest)} more`] : [])].join("\n");
}

function fieldTable(fields: readonly FieldChange[]): string {
  return markdownTable(["field", "old", "new"], fields.map(fieldCells));
}

function fieldCells({ field, old, new: now }: FieldChange): string[] {
  const value = (text: string | null) =>
    text === null ? "none" : markdownCode(short(text, MOST_TEXT));
  return [markdownCode(field), value(old), value(now)];
}

function fieldRows(job: JobReview): string[][] {
  const name = titleOf(job);
  if (job.fields.length === 0) return [[name, "", "", ""]];
  return job.fields.map((field) => [name, ...fieldCells(field)]);
}

function titleOf({ name, was }: JobReview): string {
  return was === undefined
    ? markdownCode(name)
    : `${markdownCode(name)} (was ${markdownCode(was)})`;
}

function slotRows(job: JobReview): string[][] {
  return job.slots ? [soleRow(job)] : [];
}

function soleRow(job: JobReview): string[] {
  const paused = job.paused ? " (paused)" : "";
  const first = firstWords(job)?.replace(/^first: /, "") ?? "";
  const words = slotWords(job.slots) ?? "";
  return [titleOf(job) + paused, markdownText(words), markdownText(first)];
}

function surpriseRows(job: JobReview): string[][] {
  const zone = zoneNamed(job.timezone)!;
  return job.surprises.map(({ at, effect }) => [
    titleOf(job),
    formatLocal(at, zone).slice(0, 10),
    markdownText(effect),
  ]);
}
