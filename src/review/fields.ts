import { isDeepStrictEqual } from "node:util";
import type { Job, PublishTask, RunTask } from "../config/config.ts";
import { isSameJob } from "../config/diff.ts";
import { formatDuration } from "../config/duration.ts";
import type { Notice, Notices } from "../config/notice.ts";
import type { ScheduleSpec } from "../schedule/schedule.ts";

/** A field of a job, or of the file, that says something else now. Null: it says nothing. */
export interface FieldChange {
  field: string;
  old: string | null;
  new: string | null;
}

/** What a field says: as people read it, and what two of them are compared by. */
interface Said {
  text: string;
  value: unknown;
}

type Fields = Map<string, Said>;

/** What is different between two jobs, field by field, with defaults resolved. */
export function changedFields(before: Job, after: Job): FieldChange[] {
  // Most jobs are as they were, which is quicker to see of them as a whole.
  if (isSameJob(before, after) && before.description === after.description) return [];
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((field) => {
    const [a, b] = [old.get(field), now.get(field)];
    if (isDeepStrictEqual(a?.value, b?.value)) return [];
    const [from, to] = [a?.text ?? null, b?.text ?? null];
    // What is not shown in full, such as the days of a calendar or the address of a webhook.
    const other = from === to ? `${to} (with other content)` : to;
    return [{ field, old: from, new: other }];
  });
}

/** Equal for two jobs exactly when everything but their names and descriptions is the same. */
export function sayingOf(job: Job): string {
  const fields = [...fieldsOf(job)].filter(([field]) => field !== "description");
  return JSON.stringify(fields.map(([field, { value }]) => [field, value]));
}

/** The same of what the job does alone. */
export function taskOf({ task }: Job): string {
  if (task.kind === "publish") return JSON.stringify(["publish", ...publishFields(task)]);
  return JSON.stringify([task.command, task.queue, task.env, task.payload, task.cwd]);
}

function fieldsOf(job: Job): Fields {
  const fields: Fields = new Map();
  const add = (field: string, value: unknown, text?: string) => {
    if (value !== undefined) fields.set(field, { value, text: text ?? textOf(value) });
  };
  const addMs = (field: string, ms: number | undefined) =>
    add(field, ms, ms === undefined ? undefined : formatDuration(ms));
  add("description", job.description);
  addSchedule(job.spec, add, addMs);
  add("paused", job.paused);
  const { run, within, max } = job.catchUp;
  add("catch_up.run", run);
  addMs("catch_up.within", within);
  if (run === "all") add("catch_up.max", max);
  if (job.task.kind === "run") addRun(job.task, add, addMs);
  else for (const [field, value] of publishFields(job.task)) add(`publish.${field}`, value);
  return fields;
}

type Add = (field: string, value: unknown, text?: string) => void;
type AddMs = (field: string, ms: number | undefined) => void;

function addSchedule(spec: ScheduleSpec, add: Add, addMs: AddMs): void {
  for (const kind of ["cron", "at"] as const) {
    const texts = spec[kind];
    if (texts) add(kind, texts, texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`);
  }
  addMs("every", spec.every);
  add("anchor", spec.anchor);
  add("timezone", spec.timezone);
  if (spec.cron) add("day_match", spec.dayMatch ?? "or");
  add("dst.gap", spec.dst?.gap);
  add("dst.overlap", spec.dst?.overlap);
  addMs("spread", spec.spread);
  const { except } = spec;
  if (except) {
    const names = except.map(({ name }) => name).join(", ");
    add("except", { names, keys: except.map(({ key }) => key) }, `[${names}]`);
  }
  add("starts", spec.starts);
  add("ends", spec.ends);
}

function addRun(task: RunTask, add: Add, addMs: AddMs): void {
  add("run", task.command);
  add("queue", task.queue);
  for (const [name, value] of Object.entries(task.env)) add(`env.${name}`, value);
  add("payload", task.payload);
  add("cwd", task.cwd);
  addMs("timeout", task.timeout);
  addMs("kill_after", task.killAfter);
  add("overlap", task.overlap);
  const { attempts, delay, backoff, maxDelay, jitter, on } = task.retry;
  add("retry.attempts", attempts);
  if (attempts > 1) {
    addMs("retry.delay", delay);
    add("retry.backoff", backoff);
    addMs("retry.max_delay", maxDelay);
    add("retry.jitter", jitter);
    add("retry.on", on);
  }
  if (task.expires === "next") add("expires", "next");
  else addMs("expires", task.expires);
  addMs("ack_deadline", task.ackDeadline);
  addStarting(task, add, addMs);
  addNotices(task.notices, add);
}

function addStarting(task: RunTask, add: Add, addMs: AddMs): void {
  for (const field of ["shell", "user", "group", "umask", "nice", "stdin"] as const) {
    add(field, task[field]);
  }
  add("inherit_env", task.inheritEnv);
  add("limits.memory", task.limits?.memory);
  addMs("limits.cpu", task.limits?.cpu);
  add("limits.open_files", task.limits?.openFiles);
}

/** Addresses, headers and bodies may hold secrets: who is told is shown only by its kind. */
function addNotices({ failure, recovery, missed, long, ping }: Notices, add: Add): void {
  const kinds = (notices: readonly Notice[]) => notices.map(({ kind }) => kind).join(", ");
  for (const [field, notices] of Object.entries({ failure, recovery, missed, long })) {
    if (notices) add(`on_${field}`, notices, kinds(notices));
  }
  if (ping) add("ping", ping, Object.keys(ping).join(", "));
}

function publishFields(task: PublishTask): [string, unknown][] {
  const { exchange, routingKey, headers, body } = task;
  return [
    ["exchange", exchange],
    ["routing_key", routingKey],
    ["headers", headers],
    ["body", body],
  ];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
