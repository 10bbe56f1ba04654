import { isDeepStrictEqual } from "node:util";
import type { Config, Job } from "../config/config.ts";
import type { Schedule } from "../schedule/schedule.ts";
import { counted } from "../schedule/words.ts";
import { compareSlots, type SlotChanges } from "./compare.ts";
import { changedFields, type FieldChange } from "./fields.ts";
import { addSlots, busiest, createMinutes, type Moment } from "./minutes.ts";
import { type Pair, pairJobs } from "./pairs.ts";
import { type Surprise, surprisesOf } from "./surprises.ts";
import type { Window } from "./window.ts";

/** What a new file means beside an old one: for its jobs, and for what is fired in a window. */
export interface Review {
  window: Window;
  /** What is different above the jobs. */
  file: FieldChange[];
  added: JobReview[];
  removed: JobReview[];
  renamed: JobReview[];
  changed: JobReview[];
  /** How many jobs are as they were. */
  same: number;
  /** Names that look like a rename that the file does not say. */
  likely: { from: string; to: string }[];
  busiest: { before: Moment | undefined; after: Moment | undefined };
}

/** A job that is not as it was. */
export interface JobReview {
  name: string;
  /** Its name in the old file, when that was another one. */
  was?: string;
  /** That its slots are local in. */
  timezone: string;
  paused: boolean;
  fields: FieldChange[];
  /** Undefined: its schedule is the same. */
  slots?: SlotChanges;
  /** What daylight saving does to its slots, if they are others than before. */
  surprises: readonly Surprise[];
}

/** Compares two files. Schedules that jobs share are looked at once, those that are the same not at all. */
export function reviewConfigs(before: Config, after: Config, window: Window): Review {
  const pairs = pairJobs(before.jobs, after.jobs);
  const look = createLook(window);
  const changed = pairs.kept.flatMap((pair) => {
    const fields = changedFields(pair.before, pair.after);
    return fields.length > 0 ? [look(pair, fields)] : [];
  });
  return {
    window,
    file: fileChanges(before, after),
    added: pairs.added.map((job) => look({ after: job }, [])),
    removed: pairs.removed.map((job) => look({ before: job }, [])),
    renamed: pairs.renamed.map((pair) => look(pair, changedFields(pair.before, pair.after))),
    changed,
    same: pairs.kept.length - changed.length,
    likely: pairs.likely,
    busiest: busiestOf(before, after, window),
  };
}

function createLook(window: Window) {
  const compared = new Map<string, SlotChanges>();
  const surprises = new Map<Schedule, readonly Surprise[]>();
  return ({ before, after }: Partial<Pair>, fields: FieldChange[]): JobReview => {
    const job = (after ?? before)!;
    const { name, timezone, paused } = job;
    const review: JobReview = { name, timezone, paused, fields, surprises: [] };
    if (before && after && before.name !== after.name) review.was = before.name;
    const [old, now] = [firing(before), firing(after)];
    const key = `${old && before?.scheduleKey}\n${now && after?.scheduleKey}`;
    if (before && after && (old && before.scheduleKey) === (now && after.scheduleKey))
      return review;
    let slots = compared.get(key);
    if (!slots) compared.set(key, (slots = compareSlots(old, now, window)));
    review.slots = slots;
    if (now) {
      let found = surprises.get(now);
      if (!found) surprises.set(now, (found = surprisesOf(job, window)));
      review.surprises = found;
    }
    return review;
  };
}

/** A paused job fires nothing. */
function firing(job: Job | undefined): Schedule | undefined {
  return job?.paused ? undefined : job?.schedule;
}

function fileChanges(before: Config, after: Config): FieldChange[] {
  const changes: FieldChange[] = [];
  if (before.namespace !== after.namespace) {
    changes.push({ field: "namespace", old: before.namespace, new: after.namespace });
  }
  // A reviewer wants to know of a test that is gone, or expects something else.
  const [tests, others] = [before, after].map((config) => testsOf(config));
  if (!isDeepStrictEqual(tests, others)) {
    const shown = ({ length }: { length: number }) => counted(length, "test");
    const [old, now] = [shown(tests!), shown(others!)];
    const which = old === now ? `${now} (with other content)` : now;
    changes.push({ field: "tests", old, new: which });
  }
  // It may hold a password: that it is another one is all that is shown.
  if (before.brokerUrl !== after.brokerUrl) {
    const shown = (url: string | undefined, text: string) => (url === undefined ? null : text);
    const [old, now] = [shown(before.brokerUrl, "a URL"), shown(after.brokerUrl, "another URL")];
    changes.push({ field: "broker.url", old, new: now });
  }
  return changes;
}

/** Without their places, which others move. */
function testsOf({ tests }: Config) {
  return tests.map(({ path: _, ...test }) => test);
}

function busiestOf(before: Config, after: Config, window: Window): Review["busiest"] {
  const minutes = { before: createMinutes(window), after: createMinutes(window) };
  const schedules = new Map<string, { schedule: Schedule; before: number; after: number }>();
  for (const [side, { jobs }] of [["before", before] as const, ["after", after] as const]) {
    for (const { scheduleKey, schedule, paused } of jobs.values()) {
      if (paused) continue;
      const found = schedules.get(scheduleKey) ?? { schedule, before: 0, after: 0 };
      schedules.set(scheduleKey, found);
      found[side] += 1;
    }
  }
  for (const { schedule, before: old, after: now } of schedules.values()) {
    addSlots(schedule, [
      ...(old > 0 ? [{ minutes: minutes.before, weight: old }] : []),
      ...(now > 0 ? [{ minutes: minutes.after, weight: now }] : []),
    ]);
  }
  return {
    before: busiest(minutes.before, before.jobs),
    after: busiest(minutes.after, after.jobs),
  };
}
