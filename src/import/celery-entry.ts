import { readCelerySchedule } from "./celery-when.ts";
import type { Fields } from "./draft.ts";
import type { PythonEntry, PythonValue } from "./python.ts";
import { asJson } from "./python-json.ts";

/** A periodic task, as a job. */
export interface CeleryTask {
  /** As it was called. */
  name: string;
  fields: Fields;
  notes: string[];
  /** What its schedule was, for people. */
  schedule: string;
}

type Read = CeleryTask | { why: string };

/** An entry of the dictionary: `"name": {"task": …, "schedule": …}`. */
export function readEntry({ key, value }: PythonEntry, app: string): Read {
  if (key === undefined) return { why: "it is a Python expression, which is not run here" };
  if (value.kind !== "dict" && !(value.kind === "call" && value.name === "dict")) {
    return { why: "its value is no dictionary" };
  }
  const given = value.kind === "dict" ? byKey(value.entries) : value.named;
  const task = given.get("task");
  if (task?.kind !== "text") return { why: "its task is no name in quotes" };
  const schedule = given.get("schedule");
  if (!schedule) return { why: "it has no schedule" };
  const rest = {
    args: given.get("args"),
    kwargs: given.get("kwargs"),
    options: given.get("options"),
  };
  const read = taskOf(key, task.value, schedule, { app, ...rest });
  if ("why" in read) return read;
  const known = ["task", "schedule", "args", "kwargs", "options"];
  const others = [...given.keys()].filter((one) => !known.includes(one));
  return others.length === 0
    ? read
    : { ...read, notes: [...read.notes, `without ${others.join(", ")}`] };
}

/** `add_periodic_task(10.0, test.s("hello"), name="…")`. */
export function readPeriodicTask(call: PythonValue, app: string): Read {
  if (call.kind !== "call") return { why: "it is no plain call" };
  const [schedule = call.named.get("schedule"), signature = call.named.get("sig")] = call.args;
  if (!schedule || signature?.kind !== "call") return { why: "its task is no plain signature" };
  const method = /^(.*)\.(?:s|si|signature)$/.exec(signature.name);
  if (!method) return { why: `its task is no plain signature: ${signature.name}` };
  const name = call.named.get("name");
  const label = name?.kind === "text" ? name.value : method[1]!;
  const options: PythonValue = { kind: "call", name: "dict", args: [], named: new Map(call.named) };
  options.named.delete("name");
  const args: PythonValue = { kind: "list", items: signature.args };
  const kwargs: PythonValue = { kind: "call", name: "dict", args: [], named: signature.named };
  const read = taskOf(label, method[1]!, schedule, { app, args, kwargs, options });
  if ("why" in read) return read;
  const note = `check that ${method[1]} is the task's registered name`;
  return { ...read, notes: [...read.notes, note] };
}

function byKey(entries: readonly PythonEntry[]): Map<string, PythonValue> {
  return new Map(entries.flatMap(({ key, value }) => (key === undefined ? [] : [[key, value]])));
}

interface Given {
  app: string;
  args: PythonValue | undefined;
  kwargs: PythonValue | undefined;
  options: PythonValue | undefined;
}

function taskOf(name: string, task: string, schedule: PythonValue, given: Given): Read {
  const when = readCelerySchedule(schedule);
  if ("why" in when) return when;
  const notes = [...when.notes];
  const run = ["celery", "-A", given.app, "call", task];
  for (const key of ["args", "kwargs"] as const) {
    const value = given[key];
    if (!value) continue;
    const json = asJson(value);
    if (json === undefined) return { why: `its ${key} are Python code, which is not run here` };
    if (json !== "[]" && json !== "{}" && json !== "null") run.push(`--${key}=${json}`);
  }
  run.push(...optionFlags(given.options, notes));
  return { name, fields: { ...when.fields, run }, notes, schedule: when.words };
}

const FLAGS: Readonly<Record<string, string>> = {
  queue: "--queue",
  expires: "--expires",
  countdown: "--countdown",
  exchange: "--exchange",
  routing_key: "--routing-key",
  serializer: "--serializer",
};

function optionFlags(options: PythonValue | undefined, notes: string[]): string[] {
  if (!options) return [];
  const given =
    options.kind === "dict"
      ? byKey(options.entries)
      : options.kind === "call" && options.name === "dict"
        ? options.named
        : undefined;
  if (!given) {
    notes.push("without its options, which are Python code");
    return [];
  }
  return [...given].flatMap(([key, value]) => {
    const flag = FLAGS[key];
    if (flag && (value.kind === "text" || value.kind === "number"))
      return [`${flag}=${value.value}`];
    notes.push(`without the option ${key}`);
    return [];
  });
}
