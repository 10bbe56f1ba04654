import { type CeleryTask, readEntry, readPeriodicTask } from "./celery-entry.ts";
import { type Draft, type Importer, newDraft, zoneOf } from "./draft.ts";
import { hoist } from "./hoist.ts";
import { createNames } from "./name.ts";
import { type PythonEntry, type PythonModule, parsePython, readPython } from "./python.ts";
import { type Assignment, findAssignments, findCalls, noteConstants } from "./python-find.ts";

const SCHEDULES = /^(?:beat_schedule|CELERY_?BEAT_SCHEDULE)$/i;
const TIMEZONES = /^(?:timezone|CELERY_TIMEZONE)$/i;

/** Reads a Python module's beat schedule, without running it. */
export const importCelery: Importer = (text, options) => {
  const module = parsePython(text);
  const assignments = findAssignments(module);
  noteConstants(module, assignments);
  const schedules = assignments.filter(({ name }) => SCHEDULES.test(name));
  const calls = findCalls(module, "add_periodic_task");
  if (schedules.length + calls.length === 0) {
    return {
      message: "has no beat_schedule, CELERYBEAT_SCHEDULE or add_periodic_task in it",
      hint: "give the Python module that sets it: celery.py, tasks.py or settings.py",
    };
  }
  const app = appOf(module, assignments, options.app);
  const draft = newDraft();
  const naming = { app, nameOf: createNames() };
  for (const assignment of schedules) takeSchedule(draft, module, assignment, naming);
  for (const call of calls) {
    const task = readPeriodicTask(readPython(module, call), app);
    const text = module.text.slice(call.from, call.to);
    take(draft, task, { line: module.lineOf(call), text, comments: [], nameOf: naming.nameOf });
  }
  const own = zoneIn(module, assignments);
  const zone = zoneOf(
    { ...options, timezone: own ?? options.timezone },
    "Celery reads them in its own timezone",
  );
  draft.defaults = {
    ...(zone.zone === undefined || zone.zone === "UTC" ? {} : { timezone: zone.zone }),
    overlap: "allow",
    catch_up: { run: "latest", within: "30d" },
  };
  draft.head.push(
    `celery call hands the task to Celery's own workers, as beat did; -A ${app} names the app.`,
    ...zone.head,
  );
  hoist(draft, ["cwd"]);
  return draft;
};

/** `Celery("proj")`, or what the command line says. */
function appOf(module: PythonModule, assignments: readonly Assignment[], given?: string): string {
  if (given !== undefined) return given;
  for (const { value } of assignments) {
    const read = readPython(module, value);
    if (read.kind !== "call" || !/(^|\.)Celery$/.test(read.name)) continue;
    const name = read.args[0] ?? read.named.get("main");
    if (name?.kind === "text" && /^[\w.]+$/.test(name.value)) return name.value;
  }
  return "app";
}

function zoneIn(module: PythonModule, assignments: readonly Assignment[]): string | undefined {
  for (const { name, value } of assignments.filter(({ name }) => TIMEZONES.test(name)).reverse()) {
    const read = readPython(module, value);
    if (name !== "" && read.kind === "text") return read.value;
  }
  return undefined;
}

interface Naming {
  app: string;
  nameOf(wanted: string): string;
}

function takeSchedule(
  draft: Draft,
  module: PythonModule,
  { key, value, node }: Assignment,
  { app, nameOf }: Naming,
): void {
  const read = readPython(module, value);
  const entries: PythonEntry[] | undefined =
    key !== undefined
      ? [{ key, value: read, node, comments: [] }]
      : read.kind === "dict"
        ? read.entries
        : undefined;
  if (!entries) {
    const text = module.text.slice(node.from, node.to);
    const why = "the schedule is made by Python code, which is not run here";
    draft.entries.push({ kind: "left", line: module.lineOf(node), text, why, comments: [] });
    return;
  }
  for (const entry of entries) {
    const task = readEntry(entry, app);
    const text = module.text.slice(entry.node.from, endOf(entry));
    take(draft, task, { line: module.lineOf(entry.node), text, comments: entry.comments, nameOf });
  }
}

/** The end of an entry of a dictionary: that of its value, behind the key and the colon. */
function endOf({ node }: PythonEntry): number {
  return node.nextSibling?.name === ":"
    ? (node.nextSibling.nextSibling?.to ?? node.to)
    : (node.nextSibling?.to ?? node.to);
}

function take(
  draft: Draft,
  task: CeleryTask | { why: string },
  place: { line: number; text: string; comments: string[]; nameOf(wanted: string): string },
): void {
  const { line, text, comments, nameOf } = place;
  if ("why" in task) {
    draft.entries.push({ kind: "left", line, text, why: task.why, comments });
    return;
  }
  const { name, fields, notes, schedule } = task;
  const from = [`line ${line}: ${name}, ${schedule}`];
  draft.entries.push({ kind: "job", name: nameOf(name), line, from, comments, fields, notes });
}
