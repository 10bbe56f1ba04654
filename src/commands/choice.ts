import type { Instant } from "../clock/time.ts";
import type { Config } from "../config/config.ts";
import { parseDuration } from "../config/duration.ts";
import { LONGEST_EVERY, SHORTEST_EVERY } from "../config/spec.ts";
import { compileSchedule } from "../schedule/compile.ts";
import type { Schedule, ScheduleSpec } from "../schedule/schedule.ts";
import { EXIT } from "./host.ts";
import { readConfig } from "./read-config.ts";
import { isRefusal, meantHint, type Refusal, usage } from "./refusal.ts";

/** Which schedules a command is about: jobs of a file, or one that is given by flags. */
export interface Choice {
  /** Jobs by name; none: every job of the file. */
  jobs: readonly string[];
  /** The file; undefined: the usual one. */
  config: string | undefined;
  cron: readonly string[];
  every: string | undefined;
  at: readonly string[];
  /** An IANA zone name. */
  timezone: string | undefined;
}

/** A schedule to show. */
export interface Chosen {
  /** Null when it is not from a file. */
  job: string | null;
  description?: string;
  paused: boolean;
  spec: ScheduleSpec;
  schedule: Schedule;
}

/** Finds the schedules. The jobs of a file in its order, those that are named in that of the names. */
export async function choose(
  choice: Choice,
  environment: Readonly<Record<string, string | undefined>>,
  now: Instant,
): Promise<Chosen[] | Refusal> {
  const { jobs, config: file, cron, every, at } = choice;
  const given = [cron.length > 0 && "--cron", every !== undefined && "--every"];
  const flags = [...given, at.length > 0 && "--at"].filter((flag) => flag !== false);
  if (flags.length > 1) return usage(`${flags.join(" and ")} cannot be given together`);
  const [flag] = flags;
  if (flag && jobs.length > 0) return usage(`a job's name and ${flag} cannot be given together`);
  if (flag && file !== undefined) return usage(`--config and ${flag} cannot be given together`);
  if (flag) return fromFlags(choice);
  const read = await readConfig(file ?? "schedules.yml", environment, now);
  return isRefusal(read) ? read : fromFile(read, jobs);
}

function fromFlags({ cron, every, at, timezone = "UTC" }: Choice): Chosen[] | Refusal {
  const spec: ScheduleSpec = { timezone };
  if (cron.length > 0) spec.cron = cron;
  else if (at.length > 0) spec.at = at;
  else {
    const ms = parseDuration(every ?? "") ?? 0;
    if (ms < SHORTEST_EVERY || ms > LONGEST_EVERY) {
      return problem(`--every takes a duration from 1s to 3660d such as 2h30m, got "${every}"`);
    }
    spec.every = ms;
  }
  const compiled = compileSchedule(spec);
  if ("schedule" in compiled) {
    return [{ job: null, paused: false, spec, schedule: compiled.schedule }];
  }
  const messages = compiled.problems.map(
    ({ message, hint }) => `clockd: ${message}${hint ? ` (${hint})` : ""}\n`,
  );
  return { code: EXIT.problems, message: messages.join("") };
}

function problem(message: string): Refusal {
  return { code: EXIT.problems, message: `clockd: ${message}\n` };
}

function fromFile({ jobs }: Config, names: readonly string[]): Chosen[] | Refusal {
  for (const name of names) {
    if (jobs.has(name)) continue;
    return usage(`there is no job "${name}"${meantHint(name, jobs.keys())}`);
  }
  const wanted = names.length > 0 ? [...new Set(names)] : [...jobs.keys()];
  return wanted.map((name) => {
    const { description, paused, spec, schedule } = jobs.get(name)!;
    const chosen: Chosen = { job: name, paused, spec, schedule };
    return description === undefined ? chosen : { ...chosen, description };
  });
}
