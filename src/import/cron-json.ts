import { commandName } from "./command-name.ts";
import { readWhen } from "./crontab-when.ts";
import { type Entry, type Importer, newDraft, zoneOf } from "./draft.ts";
import { hoist } from "./hoist.ts";
import { asList, asRecord, asWord, type Values } from "./loose.ts";
import { createNames } from "./name.ts";

/** Reads an `app.json` with `cron: [{schedule, command}]`, or a `cron.json` with `jobs: [{command: "* * * * * CMD"}]`. */
export const importCronJson: Importer = (text, options) => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { message: `is no JSON: ${(error as Error).message}`, hint: "mend the file" };
  }
  const { cron, jobs } = asRecord(value);
  const items = [...asList(cron), ...asList(jobs)].map(asRecord);
  if (items.length === 0) {
    const hint = "Heroku's own app.json holds no schedules; those of Dokku and Scalingo do";
    return { message: "has no list cron, and no list jobs", hint };
  }
  const draft = newDraft();
  const nameOf = createNames();
  for (const [index, item] of items.entries()) draft.entries.push(take(item, index, nameOf));
  const zone = zoneOf(options, "These platforms read them in UTC");
  draft.defaults = {
    ...(zone.zone === undefined ? {} : { timezone: zone.zone }),
    overlap: "allow",
    catch_up: { run: "none" },
  };
  hoist(draft, ["overlap"]);
  return draft;
};

function take(item: Values, index: number, nameOf: (wanted: string) => string): Entry {
  const place = { line: 0, comments: [] };
  const text = JSON.stringify(item);
  const left = (why: string): Entry => ({ kind: "left", ...place, text, why });
  const command = asWord(item.command);
  const both = /^\s*(@\w+|(?:\S+\s+){4}\S+)\s+(\S.*)$/.exec(command ?? "");
  const schedule = asWord(item.schedule) ?? both?.[1];
  if (command === undefined || schedule === undefined)
    return left("it has no command, or no schedule");
  const run = item.schedule === undefined ? both![2]! : command;
  const when = readWhen(schedule.trim().replace(/\s+/g, " "));
  if ("why" in when) return left(when.why);
  const known = ["command", "schedule", "name", "description", "maintenance"];
  const others = Object.keys(item).filter((key) => !known.includes(key));
  return {
    kind: "job",
    name: nameOf(asWord(item.name) ?? commandName(run)),
    ...place,
    from: [`item ${index + 1}: ${schedule} ${run}`],
    fields: {
      ...(asWord(item.description) ? { description: item.description } : {}),
      ...when.fields,
      run,
      ...(item.maintenance === true ? { paused: true } : {}),
    },
    notes: [...when.notes, ...(others.length > 0 ? [`without ${others.join(", ")}`] : [])],
  };
}
