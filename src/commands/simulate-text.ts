import type { Config } from "../config/config.ts";
import { formatDuration } from "../config/duration.ts";
import type { Load } from "../review/load.ts";
import { counted, durationWords } from "../schedule/words.ts";
import type { Zone } from "../schedule/zone.ts";
import { bar, sparks } from "./bars.ts";
import { type Colors, colorsFor } from "./colors.ts";
import { minuteText, number, someOf } from "./review-words.ts";
import { momentText, plain } from "./table.ts";

export interface Simulated {
  load: Load;
  jobs: Config["jobs"];
  name: string;
  zone: Zone;
}

/** Narrower than that nothing can be read, wider is no use. */
const [LEAST, MOST] = [40, 120];

/** The load for a person at a terminal, within its width. */
export function simulateText(shown: Simulated, columns: number, isColored: boolean): string {
  const width = Math.min(MOST, Math.max(LEAST, columns));
  const colors = colorsFor(isColored);
  const { load, jobs, name, zone } = shown;
  const { from, to } = load.window;
  const title = `${plain(name)}: ${counted(jobs.size, "job")}, ${number(load.slots)} slots`;
  const time = `from ${minuteText(from, zone)} to ${minuteText(to, zone)}`;
  const paused = [...jobs.values()].filter((job) => job.paused).length;
  const lines = [
    colors.bold(title),
    ...wrapped(time, width, "  "),
    ...(paused > 0 ? [`${paused} paused, left out`] : []),
  ];
  if (load.slots === 0) return `${[...lines, "There is no slot in that time."].join("\n")}\n`;
  lines.push(
    ...[
      "",
      colors.bold(`By hour of the day (${zone.name})`),
      ...hourBars(load.byHour, width, colors),
    ],
    ...["", colors.bold("By minute of the hour"), ...minuteSparks(load.byMinute, width)],
    ...["", ...alongLines(load, colors)],
    ...[
      "",
      colors.bold("Busiest minutes"),
      ...load.busiest.flatMap((moment) => momentLines(moment, zone, width)),
    ],
    ...["", ...silenceLines(load, zone, width)],
    ...load.spreads.flatMap((advice) => ["", ...adviceLines(advice, colors, zone, width)]),
  );
  return `${lines.join("\n")}\n`;
}

function hourBars(byHour: readonly number[], width: number, colors: Colors): string[] {
  const most = Math.max(...byHour);
  const digits = number(most).length;
  return byHour.map((slots, hour) => {
    const label = `${String(hour).padStart(2, "0")} ${number(slots).padStart(digits)} `;
    return `${label}${colors.more(bar(slots, most, width - label.length))}`.trimEnd();
  });
}

/** Sixty columns, or on a narrow terminal two lines of thirty. */
function minuteSparks(byMinute: readonly number[], width: number): string[] {
  const most = Math.max(...byMinute);
  const each = width >= 64 ? 60 : 30;
  const lines: string[] = [];
  for (let start = 0; start < 60; start += each) {
    lines.push(
      `:${String(start).padStart(2, "0")} ${sparks(byMinute.slice(start, start + each), most)}`,
    );
  }
  const peak = String(byMinute.indexOf(most)).padStart(2, "0");
  return [...lines, `most at :${peak}, ${number(most)} slots`];
}

/** A terminal's page. */
const MOST_LINES = 31;
const DAYS_A_LINE = 28;

/** A line a day with its hours; for a long time, a line for four weeks with their days. */
function alongLines({ days }: Load, colors: Colors): string[] {
  const byDay = days.length > MOST_LINES + 1;
  const cells = byDay
    ? days.map(({ hours }) => hours.reduce((a, b) => a + b, 0))
    : days.flatMap(({ hours }) => hours);
  const most = cells.reduce((a, b) => Math.max(a, b), 0);
  const each = byDay ? DAYS_A_LINE : 24;
  const lines = days
    .filter((_, index) => !byDay || index % DAYS_A_LINE === 0)
    .map(({ day }, line) => {
      const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
      return `${date} ${sparks(cells.slice(line * each, (line + 1) * each), most)}`;
    });
  const rest = lines.length - MOST_LINES - 1;
  return [
    colors.bold(`By ${byDay ? "day" : "hour"} (a full block is ${number(most)} slots)`),
    ...lines.slice(0, MOST_LINES + 1),
    ...(rest > 0 ? [`… and ${counted(rest, "line")} more: --json has all hours`] : []),
  ];
}

function momentLines({ at, slots, jobs }: Load["busiest"][number], zone: Zone, width: number) {
  const line = `${number(slots)} at ${minuteText(at, zone)}: ${someOf(jobs, 5)}`;
  return wrapped(line, width, "  ");
}

function silenceLines({ silence }: Load, zone: Zone, width: number): string[] {
  if (!silence) return ["No minute is without a slot."];
  const { from, to } = silence;
  const time = `  from ${momentText(from, zone)} to ${momentText(to, zone)}`;
  return [`Longest silence: ${durationWords(to - from, 2)}`, ...wrapped(time, width, "  ")];
}

function adviceLines(
  { at, jobs, spread, before, after }: Load["spreads"][number],
  colors: Colors,
  zone: Zone,
  width: number,
): string[] {
  const value = formatDuration(spread);
  const line = `${number(jobs.length)} jobs meet at ${minuteText(at, zone)}. With spread: ${value} for ${someOf(jobs, 5)} the busiest minute of all would have ${number(after)} slots instead of ${number(before)}.`;
  return [colors.bold(`Suggestion: spread: ${value}`), ...wrapped(line, width, "  ")];
}

/** Lines of at most `width` columns, broken between words. */
function wrapped(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=\S) /)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
