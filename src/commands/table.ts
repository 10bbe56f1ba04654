import Table from "cli-table3";
import type { Instant } from "../clock/time.ts";
import { formatLocal } from "../schedule/datetime.ts";
import { markOf } from "../schedule/mark.ts";
import { durationWords } from "../schedule/words.ts";
import { type Zone, zoneNamed } from "../schedule/zone.ts";
import type { Chosen } from "./choice.ts";

/** A slot of a schedule. */
export interface Row {
  chosen: Chosen;
  slot: Instant;
}

/** Slots as a table for people, line by line. `now` is what `UNTIL THEN` is counted to. */
export function slotTable(rows: readonly Row[], now: Instant, color: boolean): string {
  return textTable(
    HEAD,
    rows.map((row) => cellsOf(row, now)),
    color,
  );
}

/** Cells below their heads. A column that says nothing is left out. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  color: boolean,
): string {
  const cells = rows.map((row) => row.map(plain));
  const used = head.map((_, column) => cells.some((row) => row[column] !== ""));
  const kept = [head, ...cells].map((row) => row.filter((_, column) => used[column]));
  const widths = kept[0]!.map((_, column) => longest(kept.map((row) => row[column]!)));
  const [first, ...body] = kept;
  const parts = [tableText([], widths, color ? ["bold"] : [], first!)];
  for (let index = 0; index < body.length; index += PART) {
    parts.push(tableText(body.slice(index, index + PART), widths));
  }
  return parts.join("\n").replace(/ +$/gm, "");
}

/** Text of others on one line: what would steer a terminal is left out. */
export function plain(text: string): string {
  return text.replace(/\p{C}+/gu, " ");
}

/** cli-table3 takes time with the square of the rows. */
const PART = 100;

function tableText(
  rows: readonly (readonly string[])[],
  colWidths: number[],
  style: string[] = [],
  head: readonly string[] = [],
): string {
  const table = new Table({
    chars: NO_LINES,
    colWidths,
    head: [...head],
    style: { head: style, border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 1);
}

const HEAD = ["JOB", "LOCAL TIME", "ZONE", "UNTIL THEN", "NOTE"];

function cellsOf({ chosen, slot }: Row, now: Instant): string[] {
  const { job, paused, spec } = chosen;
  const notes = [paused ? "paused" : undefined, markOf(spec, slot)];
  return [
    job ?? "",
    momentText(slot, zoneNamed(spec.timezone)!),
    spec.timezone,
    distance(slot, now),
    notes.filter((note) => note !== undefined).join(", "),
  ];
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** `Tue 2026-12-01 09:00:00 +01:00` */
export function momentText(at: Instant, zone: Zone): string {
  const text = formatLocal(at, zone);
  const [date, time] = [text.slice(0, 10), text.slice(11)];
  const weekday = WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()];
  return `${weekday} ${date} ${time.replace(/(?=[+-])/, " ")}`;
}

function distance(slot: Instant, now: Instant): string {
  // A slot is on a second, `now` is not: half a second is not worth a word.
  const ms = Math.round((slot - now) / 1000) * 1000;
  const words = durationWords(ms, 2);
  return ms < 0 ? `${words} ago` : `in ${words}`;
}

const NO_LINES = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", right: "", "right-mid": "" },
  ...{ mid: "", "mid-mid": "", middle: "  " },
};
