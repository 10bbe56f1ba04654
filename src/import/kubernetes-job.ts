import { formatDuration } from "../config/duration.ts";
import type { Entry, Fields } from "./draft.ts";
import { readContainers } from "./kubernetes-container.ts";
import { asCount, asRecord, asWord, type Values } from "./loose.ts";

/** What a reader of a part of a manifest gives to the job. */
export interface Part {
  fields: Fields;
  notes: string[];
}

/** A CronJob as a job, and what is left of it. */
export function readCronJob(
  cronJob: Values,
  { name, line }: { name: string; line: number },
): Entry[] {
  const spec = asRecord(cronJob.spec);
  const written = asWord(spec.schedule);
  const left = (why: string): Entry => ({
    kind: "left",
    line,
    text: `CronJob ${name}`,
    why,
    comments: [],
  });
  if (written === undefined) return [left("it has no schedule")];
  const jobSpec = asRecord(asRecord(spec.jobTemplate).spec);
  const pod = asRecord(asRecord(jobSpec.template).spec);
  const run = readContainers(pod);
  if ("why" in run) return [left(run.why)];
  const parts: Part[] = [readSchedule(written, spec), readRules(spec), readJobSpec(jobSpec), run];
  const space = asWord(asRecord(cronJob.metadata).namespace);
  const job: Entry = {
    kind: "job",
    name,
    line,
    from: [`line ${line}: CronJob ${space ? `${space}/` : ""}${name}, schedule ${written}`],
    comments: [],
    fields: Object.assign({}, ...parts.map(({ fields }) => fields)),
    notes: [...parts.flatMap(({ notes }) => notes), ...ignored(pod, jobSpec)],
  };
  const others = run.others.map((container) =>
    left(`container ${container} of ${name}: a job runs one command`),
  );
  return [job, ...others];
}

/** Also the forms that its library allows: a zone before the pattern, and `@every`. */
function readSchedule(written: string, spec: Values): Part {
  const [, before, pattern = ""] = /^(?:(?:CRON_)?TZ=(\S+)\s+)?(.*)$/s.exec(written.trim())!;
  const zone = asWord(spec.timeZone) ?? before;
  const timezone = zone === undefined ? {} : { timezone: zone };
  const every = /^@every\s+((?:\d+h)?(?:\d+m)?(?:\d+s)?)$/.exec(pattern);
  if (!every) return { fields: { cron: pattern, ...timezone }, notes: [] };
  const notes = [
    "Kubernetes counted from when the CronJob was made, clockd counts whole multiples",
  ];
  return { fields: { every: every[1]! }, notes };
}

const OVERLAPS: Readonly<Record<string, string>> = {
  Allow: "allow",
  Forbid: "skip",
  Replace: "replace",
};

const MONTH_S = 30 * 86_400;

function readRules(spec: Values): Part {
  const notes: string[] = [];
  const policy = asWord(spec.concurrencyPolicy) ?? "Allow";
  const fields: Fields = { overlap: OVERLAPS[policy] ?? "allow" };
  if (!(policy in OVERLAPS)) notes.push(`concurrencyPolicy ${policy} is not known`);
  const deadline = asCount(spec.startingDeadlineSeconds);
  if (deadline === undefined) {
    fields.catch_up = { run: "latest", within: "30d" };
  } else if (deadline < 1) {
    fields.catch_up = { run: "none" };
  } else {
    if (deadline > MONTH_S) notes.push(`startingDeadlineSeconds ${deadline} is more than 30d`);
    fields.catch_up = { run: "latest", within: formatDuration(Math.min(deadline, MONTH_S) * 1000) };
  }
  if (spec.suspend === true) fields.paused = true;
  return { fields, notes };
}

/** Kubernetes tries again after 10 s, 20 s, 40 s, at most six minutes apart. */
const RETRY = { delay: "10s", backoff: "exponential", max_delay: "6m" };

function readJobSpec(spec: Values): Part {
  const fields: Fields = {};
  const notes: string[] = [];
  const limit = asCount(spec.backoffLimit) ?? 6;
  const attempts = Math.min(limit + 1, 100);
  if (limit > 99) notes.push(`backoffLimit ${limit}: clockd makes at most 100 attempts`);
  if (attempts > 1) fields.retry = { attempts, ...RETRY };
  const deadline = asCount(spec.activeDeadlineSeconds);
  if (deadline !== undefined && deadline >= 1) {
    fields.timeout = formatDuration(deadline * 1000);
    if (attempts > 1) {
      notes.push("activeDeadlineSeconds was for all attempts together, timeout is for each");
    }
  }
  for (const key of ["parallelism", "completions"]) {
    const value = asCount(spec[key]);
    if (value !== undefined && value !== 1) notes.push(`${key} ${value}: a job is one run here`);
  }
  return { fields, notes };
}

/** Keys of the pod that only concern the cluster; what is in none of these lists is told. */
const MEANT = new Set([
  "containers",
  "initContainers",
  "restartPolicy",
  "terminationGracePeriodSeconds",
]);
const MEANT_IN_JOB = new Set(
  "backoffLimit activeDeadlineSeconds parallelism completions template ttlSecondsAfterFinished".split(
    " ",
  ),
);

function ignored(pod: Values, jobSpec: Values): string[] {
  const keys = [
    ...Object.keys(pod).filter((key) => !MEANT.has(key)),
    ...Object.keys(jobSpec).filter((key) => !MEANT_IN_JOB.has(key)),
  ];
  return keys.length === 0 ? [] : [`without ${keys.join(", ")}`];
}
