import { commandName } from "./command-name.ts";
import { readCrontabCommand } from "./crontab-command.ts";
import { type CrontabEntry, type CrontabLine, readCrontabLine } from "./crontab-line.ts";
import { type CrontabState, jobFields, newCrontabState, takeVariable } from "./crontab-state.ts";
import { findUserColumn } from "./crontab-system.ts";
import { readWhen } from "./crontab-when.ts";
import { type Draft, type Importer, newDraft, zoneOf } from "./draft.ts";
import { hoist, hoistEnv } from "./hoist.ts";
import { createNames } from "./name.ts";

/** Reads a crontab: a user's, a system's with its column of users, or an anacrontab. */
export const importCrontab: Importer = (text, options) => {
  const column =
    options.system === undefined
      ? findUserColumn(text, options.file)
      : { system: options.system, why: "so it was said" };
  const draft = newDraft();
  const state = newCrontabState(draft, createNames());
  let comments: string[] = [];
  let understood = 0;
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const read = readCrontabLine(written, column.system);
    if (read.kind === "blank") {
      if (comments.length > 0 && comments.at(-1) !== "") comments.push("");
      continue;
    }
    if (read.kind === "comment") {
      comments.push(read.text);
      continue;
    }
    if (read.kind !== "unknown") understood += 1;
    comments = take(state, read, { line: index + 1, text: written.trim(), comments })
      ? []
      : comments;
  }
  if (understood === 0 && draft.entries.length > 0) return noCrontab(draft);
  draft.tail = comments;
  finish(draft, state, column, options);
  return draft;
};

function noCrontab({ entries }: Draft) {
  const { line, why } = entries[0] as { line: number; why: string };
  const message = `is no crontab: not one of its lines is a job, and of line ${line}: ${why}`;
  return { message, hint: "a line is five fields and a command, such as 30 4 * * * ./backup" };
}

interface Place {
  line: number;
  text: string;
  comments: string[];
}

/** True when the comments above the line belong to what was made of it. */
function take(state: CrontabState, read: CrontabLine, place: Place): boolean {
  switch (read.kind) {
    case "variable":
      takeVariable(state, read.name, read.value, place.line);
      return false;
    case "entry":
      return takeEntry(state, read, place);
    case "anacron":
      return takeAnacron(state, read, place);
    case "unknown":
      state.draft.entries.push({ kind: "left", ...place, why: read.why });
      return true;
    default:
      return false;
  }
}

function takeEntry(state: CrontabState, entry: CrontabEntry, place: Place): boolean {
  const when = readWhen(entry.when);
  if ("why" in when) {
    state.draft.entries.push({ kind: "left", ...place, why: when.why });
    return true;
  }
  const { run, notes } = readCrontabCommand(entry.command);
  state.draft.entries.push({
    kind: "job",
    name: state.nameOf(commandName(entry.command)),
    line: place.line,
    from: [`line ${place.line}: ${place.text}`],
    comments: place.comments,
    fields: {
      ...when.fields,
      run,
      ...(entry.user === undefined ? {} : { user: entry.user }),
      ...jobFields(state),
    },
    notes: [...when.notes, ...notes],
  });
  return true;
}

const PERIODS: Readonly<Record<string, string>> = {
  "1": "@daily",
  "7": "@weekly",
  "30": "@monthly",
};

function takeAnacron(
  state: CrontabState,
  { period, delay, id, command }: CrontabLine & { kind: "anacron" },
  place: Place,
): boolean {
  const cron = period.startsWith("@") ? period : PERIODS[period];
  state.draft.entries.push({
    kind: "job",
    name: state.nameOf(id),
    line: place.line,
    from: [`line ${place.line}: ${place.text}`],
    comments: place.comments,
    fields: {
      ...(cron === undefined ? { every: `${period}d` } : { cron }),
      run: command,
      ...jobFields(state),
      catch_up: { run: "latest", within: "30d" },
    },
    notes: [
      `anacron has no time of day: it ran this ${delay} minutes after it started, once a period`,
    ],
  });
  return true;
}

function finish(
  draft: Draft,
  state: CrontabState,
  column: { system: boolean; why: string },
  options: Parameters<Importer>[1],
): void {
  const kind = column.system ? "A system's crontab, with a column of users" : "A user's crontab";
  const usual = "cron reads them on the clock of its machine";
  const { zone, head } = zoneOf({ ...options, timezone: state.zone ?? options.timezone }, usual);
  draft.head.push(`${kind} (${column.why}).`, ...head);
  draft.head.push(
    "cron starts commands in the home folder of their user; clockd in the folder of this file, or cwd.",
  );
  if (zone !== undefined) draft.defaults.timezone = zone;
  draft.defaults.overlap = "allow";
  draft.defaults.catch_up = { run: "none" };
  hoistEnv(draft);
  hoist(draft, ["shell", "spread", "user", "timezone"]);
}
