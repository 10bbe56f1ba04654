import { spreadOf } from "./compile.ts";
import { formatLocal, readDateTime, readMoments } from "./datetime.ts";
import { cronInWords, hashedInWords } from "./describe-cron.ts";
import type { ScheduleSpec } from "./schedule.ts";
import { durationWords, listed } from "./words.ts";
import { type Zone, zoneNamed } from "./zone.ts";

/** A schedule in plain English. */
export interface Description {
  /** When it is due: `At 08:00 and 18:00, on Monday to Friday`. */
  when: string;
  /** What else decides, as sentences. */
  notes: string[];
}

/** Describes a spec that has been compiled without a problem. */
export function describeSchedule(spec: ScheduleSpec): Description {
  const zone = zoneNamed(spec.timezone)!;
  return {
    when: whenInWords(spec, zone),
    notes: [
      ...zoneNote(spec),
      ...hashNote(spec),
      ...boundNotes(spec, zone),
      ...exceptNote(spec),
      ...spreadNote(spec),
    ],
  };
}

function whenInWords(spec: ScheduleSpec, zone: Zone): string {
  const { cron, every, anchor, at = [], dayMatch, job = "" } = spec;
  if (cron) return cronInWords(cron, { and: dayMatch === "and", job });
  if (every !== undefined) {
    const from = anchor === undefined ? undefined : readDateTime(anchor, zone);
    const since = from === undefined ? "1970-01-01T00:00:00Z" : formatLocal(from, zone);
    return `Every ${durationWords(every).replace(/^1 (?=\w+$)/, "")}, counted from ${since}`;
  }
  const slots = at.flatMap((text) => readMoments(text, zone, spec.dst) ?? []);
  const shown = slots.sort((a, b) => a - b).map((slot) => formatLocal(slot, zone));
  if (shown.length === 0) return "Never: its time does not exist on the wall clock";
  return shown.length === 1 ? `Once, at ${shown[0]}` : `At ${listed(shown)}`;
}

function zoneNote({ every, timezone }: ScheduleSpec): string[] {
  return every === undefined ? [`Times are those of the wall clock of ${timezone}.`] : [];
}

function hashNote({ cron = [], job = "" }: ScheduleSpec): string[] {
  const values = cron.flatMap((text) => hashedInWords(text, job));
  if (values.length === 0) return [];
  const source = job ? `the name ${job}` : "no name, since there is no job";
  return [`H stands for ${listed(values)}, made from ${source}.`];
}

function boundNotes({ starts, ends }: ScheduleSpec, zone: Zone): string[] {
  const shown = (text: string) => formatLocal(readDateTime(text, zone)!, zone);
  return [
    ...(starts === undefined ? [] : [`No slot before ${shown(starts)}.`]),
    ...(ends === undefined ? [] : [`No slot at or after ${shown(ends)}.`]),
  ];
}

function exceptNote({ except = [] }: ScheduleSpec): string[] {
  if (except.length === 0) return [];
  const names = except.map(({ name }, index) => name ?? `number ${index + 1}`);
  const [which, verb] = names.length === 1 ? ["calendar", "closes"] : ["calendars", "close"];
  return [`No slot on days that the ${which} ${listed(names)} ${verb}.`];
}

function spreadNote(spec: ScheduleSpec): string[] {
  if (!spec.spread) return [];
  const limit = `the job's own offset within a spread of ${durationWords(spec.spread)}`;
  return [`Every slot is ${durationWords(spreadOf(spec))} later than that: ${limit}.`];
}
