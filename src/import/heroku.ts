import { importApscheduler } from "./apscheduler.ts";
import { importClockwork } from "./clockwork.ts";
import { importCronJson } from "./cron-json.ts";
import type { Importer, NotThisKind } from "./draft.ts";

/**
 * Reads the clock process of a Heroku app, by what the file holds: clockwork's Ruby, APScheduler's Python, or
 * the `cron` list of an app.json. Heroku Scheduler itself keeps its jobs in no file.
 */
export const importHeroku: Importer = (text, options) => {
  if (/^\s*[[{]/.test(text)) return importCronJson(text, options);
  const isProcfile = procfile(text);
  if (isProcfile) return isProcfile;
  if (/^\s*(?:from|import)\s+apscheduler|\bscheduled_job\s*\(/m.test(text)) {
    return importApscheduler(text, options);
  }
  if (/\bclockwork\b/i.test(text) || /^\s*every[\s(]+\d+\.?\w*/m.test(text)) {
    return importClockwork(text, options);
  }
  return unknown();
};

function procfile(text: string): NotThisKind | undefined {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(?:#|$)/.test(line));
  const isLine = (line: string) => /^[A-Za-z][\w-]*:\s+\S/.test(line);
  if (lines.length === 0 || !lines.every(isLine)) return undefined;
  const clock = /^(?:clock|scheduler|cron|beat):\s+(.*)$/im.exec(text)?.[1];
  const message = "is a Procfile, which says how a clock is started and not what is due when";
  if (clock === undefined)
    return { message, hint: "give the file of your clock: clock.rb or clock.py" };
  if (/\bcelery\b/.test(clock)) {
    return { message, hint: "its clock is Celery's beat: clockd import celery FILE" };
  }
  const file = clock.split(/\s+/).find((word) => /\.\w+$/.test(word));
  return { message, hint: `its clock is "${clock}": import ${file ?? "the file that this runs"}` };
}

function unknown(): NotThisKind {
  return {
    message: "is neither clockwork's Ruby, nor APScheduler's Python, nor a JSON with a cron list",
    hint: "Heroku Scheduler has no file: write its jobs down by hand, see docs/importing.md",
  };
}
