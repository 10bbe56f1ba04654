import { readDateTime, readMoments } from "../schedule/datetime.ts";
import type { Instant } from "../schedule/schedule.ts";
import { type Zone, zoneNamed } from "../schedule/zone.ts";
import type { Job } from "./config.ts";
import { parseDuration } from "./duration.ts";
import { error, type Finding } from "./finding.ts";
import { nearest } from "./nearest.ts";
import { joinPointer } from "./pointer.ts";
import { asMap, asText, type Raw } from "./raw.ts";
import type { ExpectedSlot, SlotsExpected, TestCase } from "./test-case.ts";

interface Context {
  jobs: ReadonlyMap<string, Job>;
  /** Those of the file, also of jobs that are not usable. */
  names: readonly string[];
  report(finding: Finding): void;
}

/** Reads `tests`, and reports what the schema cannot see. A test that makes no sense is left out. */
export function readTests(raw: unknown, context: Context): TestCase[] {
  if (!Array.isArray(raw)) return [];
  const known = new Set(context.names);
  return raw.flatMap((item, index) => {
    const path = joinPointer("/tests", index);
    return readTest(asMap(item), path, { ...context, known }) ?? [];
  });
}

type TestContext = Context & { known: ReadonlySet<string> };

function readTest(raw: Raw, path: string, context: TestContext): TestCase | undefined {
  const together = Array.isArray(raw.never_together) ? raw.never_together : undefined;
  const jobs = together
    ? readTogether(together, `${path}/never_together`, context)
    : readJob(raw.job, `${path}/job`, context);
  const zone = jobs && zoneNamed(jobs[0]!.timezone);
  const window = zone && readWindow(raw, path, zone, context);
  if (!jobs || !window) return undefined;
  const names = jobs.map(({ name }) => name);
  const made = `${names.join(" and ")} ${window.words}`;
  const test = { name: asText(raw.name) ?? made, path, from: window.from, to: window.to };
  if (together) return { ...test, expects: { kind: "never-together", jobs: names } };
  return {
    ...test,
    expects: readExpected(raw, path, { ...window, zone, job: names[0]! }, context),
  };
}

function readJob(value: unknown, path: string, context: TestContext): [Job] | undefined {
  const name = asText(value);
  const job = name === undefined ? undefined : findJob(name, path, context);
  return job && [job];
}

function findJob(name: string, path: string, { jobs, known, names, report }: TestContext) {
  if (known.has(name)) return jobs.get(name);
  const message = `there is no job "${name.slice(0, 100)}"`;
  const meant = nearest(name, names);
  const hint = meant ? `did you mean ${meant}?` : "name one of the file's jobs, or remove the test";
  report({ ...error("CONFIG_UNKNOWN_JOB", path, "value", message), hint });
  return undefined;
}

function readTogether(
  items: readonly unknown[],
  path: string,
  context: TestContext,
): Job[] | undefined {
  const found = items.map((item, index) => {
    const place = joinPointer(path, index);
    const [job] = readJob(item, place, context) ?? [];
    const [message, hint] = job ? noLength(job, items.indexOf(item) < index) : [];
    if (message === undefined) return job;
    const finding = error("CONFIG_TEST", place, "value", message);
    context.report(hint === undefined ? finding : { ...finding, hint });
    return undefined;
  });
  const usable = found.filter((job) => job !== undefined);
  return usable.length === items.length && usable.length > 1 ? usable : undefined;
}

/** Why nobody can say how long a job's runs last. */
function noLength({ name, task }: Job, isTwice: boolean): [message?: string, hint?: string] {
  if (isTwice) return [`the job ${name} is named twice`];
  if (task.kind === "publish") return [`the job ${name} publishes: it has no runs`];
  if (task.timeout !== undefined) return [];
  return [`the job ${name} has no timeout: nobody knows how long it runs`, "give it a timeout"];
}

interface Window {
  from: Instant;
  to: Instant;
  day?: string;
  words: string;
}

/** A test may look at ten years. ms */
const LONGEST = 3660 * 86_400_000;

function readWindow(
  { day, from, to }: Raw,
  path: string,
  zone: Zone,
  { report }: Context,
): Window | undefined {
  const wrong = (message: string, at = path) =>
    void report(error("CONFIG_TEST", at, at === path ? "key" : "value", message));
  const hasBounds = from !== undefined || to !== undefined;
  if ((day !== undefined) === hasBounds || (from === undefined) !== (to === undefined)) {
    return wrong("a test has a day, or from and to");
  }
  if (day !== undefined) {
    const text = asText(day) ?? "";
    if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
    const begins = readDateTime(text, zone);
    if (begins === undefined) return wrong(`there is no ${text}`, `${path}/day`);
    return { from: begins, to: dayAfter(text, zone), day: text, words: `on ${text}` };
  }
  const [first, last] = [asText(from), asText(to)];
  if (first === undefined || last === undefined) return undefined;
  const [begins, ends] = [readDateTime(first, zone), readDateTime(last, zone)];
  const form = "is not a date or date-time such as 2026-12-01T09:00";
  if (begins === undefined) return wrong(`"${first.slice(0, 40)}" ${form}`, `${path}/from`);
  if (ends === undefined) return wrong(`"${last.slice(0, 40)}" ${form}`, `${path}/to`);
  if (ends <= begins)
    return wrong("to is not after from: there is no time to look at", `${path}/to`);
  if (ends - begins > LONGEST) return wrong("to is more than 3660 days after from", `${path}/to`);
  return { from: begins, to: ends, words: `from ${first} to ${last}` };
}

function dayAfter(day: string, zone: Zone): Instant {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return readDateTime(next, zone)!;
}

type Where = Window & { zone: Zone; job: string };

function readExpected(raw: Raw, path: string, where: Where, context: Context): SlotsExpected {
  const expected: SlotsExpected = { kind: "slots", job: where.job };
  const { slots, count, gap, none } = raw;
  if ([slots, count, gap, none].every((value) => value === undefined)) {
    const message = "a test of a job has at least one of slots, count, gap, none";
    context.report(error("CONFIG_TEST", path, "key", message));
  }
  if (Array.isArray(slots)) {
    expected.slots = slots.flatMap(
      (item, index) => readSlot(item, joinPointer(`${path}/slots`, index), where, context) ?? [],
    );
  }
  if (typeof count === "number") expected.count = count;
  if (none === true) expected.none = true;
  const read = readGap(gap, `${path}/gap`, context);
  if (read) expected.gap = read;
  return expected;
}

function readSlot(
  item: unknown,
  path: string,
  { zone, day, from, to }: Where,
  { report }: Context,
): ExpectedSlot | undefined {
  const text = asText(item);
  if (text === undefined || !/^[\d:.TtZz +-]+$/.test(text)) return undefined;
  const wrong = (message: string) => void report(error("CONFIG_TEST", path, "value", message));
  const isTime = /^\d\d:/.test(text);
  if (isTime && day === undefined) return wrong(`"${text}" needs a date: the test has no day`);
  const written = isTime ? `${day}T${text}` : text;
  const instants = readMoments(written, zone, { gap: "skip", overlap: "both" });
  if (!instants) return wrong(`"${text.slice(0, 40)}" is no time of a clock`);
  const within = instants.filter((instant) => instant >= from && instant < to);
  if (instants.length > 0 && within.length === 0) {
    return wrong(`"${text}" is not in the time that the test looks at`);
  }
  return { text, instants: within };
}

function readGap(value: unknown, path: string, { report }: Context): SlotsExpected["gap"] {
  const exact = asText(value);
  if (exact !== undefined) {
    const ms = parseDuration(exact);
    return ms === undefined ? undefined : { min: ms, max: ms };
  }
  const [min, max] = ["min", "max"].map((key) => parseDuration(asText(asMap(value)[key]) ?? ""));
  if (min !== undefined && max !== undefined && min > max) {
    report(error("CONFIG_TEST", `${path}/max`, "value", "max is shorter than min"));
  }
  if (min === undefined && max === undefined) return undefined;
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}
