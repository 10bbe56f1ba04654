import type { Instant } from "../clock/time.ts";
import { type ClockChange, clockChanges } from "../schedule/changes.ts";
import { formatLocal } from "../schedule/datetime.ts";
import { describeSchedule } from "../schedule/describe.ts";
import { durationWords } from "../schedule/words.ts";
import { zoneNamed } from "../schedule/zone.ts";
import { type Choice, type Chosen, choose } from "./choice.ts";
import { EXIT } from "./host.ts";
import { type Refusal, usage } from "./refusal.ts";
import { isColored, readFlag, readZone, refuse, type ShowIo } from "./show.ts";
import { mergedSlots, slotFields } from "./slots.ts";
import { type Row, slotTable } from "./table.ts";

export interface ExplainOptions extends Choice {
  /** As written; default now. */
  from: string | undefined;
  json: boolean;
}

const SLOTS = 5;
const CHANGES = 2;

/** `clockd explain`: says in words when a job is due. Resolves with an exit code. */
export async function explain(options: ExplainOptions, io: ShowIo): Promise<number> {
  const found = await findOne(options, io);
  if ("code" in found) return refuse(found, io);
  const facts = factsOf(found.chosen, found.from);
  if (options.json) io.out(`${JSON.stringify(asJson(facts))}\n`);
  else io.out(asText(facts, io));
  return EXIT.ok;
}

async function findOne(
  options: ExplainOptions,
  io: ShowIo,
): Promise<{ chosen: Chosen; from: Instant } | Refusal> {
  const zone = readZone(options.timezone);
  if ("code" in zone) return zone;
  const { now } = io;
  const from = readFlag("--from", options.from ?? "now", { zone, now, base: now });
  if (typeof from === "object") return from;
  const { jobs, cron, every, at } = options;
  if (jobs.length === 0 && cron.length + at.length === 0 && every === undefined) {
    return usage("explain takes the name of a job, or --cron, --every or --at");
  }
  const chosen = await choose(options, io.environment, now);
  return "code" in chosen ? chosen : { chosen: chosen[0]!, from };
}

interface Facts {
  chosen: Chosen;
  /** A sentence without its end. */
  when: string;
  notes: string[];
  changes: ClockChange[];
  rows: Row[];
}

function factsOf(chosen: Chosen, from: Instant): Facts {
  const { spec, schedule } = chosen;
  const { when, notes } = describeSchedule(spec);
  const rows = [...mergedSlots([chosen], from).take(SLOTS)];
  return { chosen, when, notes, changes: clockChanges(spec, schedule, from, CHANGES), rows };
}

function asJson({ chosen, when, notes, changes, rows }: Facts) {
  const { job, description = null, paused, spec } = chosen;
  const zone = zoneNamed(spec.timezone)!;
  return {
    job,
    description,
    schedule: when,
    notes,
    timezone: spec.timezone,
    paused,
    changes: changes.map(({ at, by, effect }) => ({
      at: formatLocal(at, zone),
      direction: directionOf(by),
      by: durationWords(by),
      effect,
    })),
    next: rows.map(slotFields),
  };
}

function directionOf(by: number): "forward" | "back" {
  return by < 0 ? "back" : "forward";
}

function asText(facts: Facts, io: ShowIo): string {
  const { chosen, when, notes, rows } = facts;
  const { job, description, paused } = chosen;
  const title = [job, description].filter((text) => text).join(": ");
  const lines = [
    ...(title ? [title, ""] : []),
    `${when}.`,
    ...notes,
    ...(paused ? ["Paused: none of its slots is fired."] : []),
    "",
    ...changeLines(facts),
    "",
  ];
  const table = slotTable(rows, io.now, isColored(io));
  const end = rows.length > 0 ? `Next slots:\n${indented(table)}` : "There are no more slots.";
  return `${lines.join("\n")}\n${end}\n`;
}

function changeLines({ chosen, changes }: Facts): string[] {
  const { timezone } = chosen.spec;
  if (changes.length === 0) return [`No change of the clock lies ahead in ${timezone}.`];
  const zone = zoneNamed(timezone)!;
  return [
    `When the clock of ${timezone} is changed:`,
    ...changes.map(({ at, by, effect }) => {
      const date = formatLocal(at, zone).slice(0, 10);
      return `  ${date}, ${directionOf(by)} by ${durationWords(by)}: ${effect}`;
    }),
  ];
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}
